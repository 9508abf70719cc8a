// In place of the editors of Monaco that compare two texts, which nobody opens here.

export class DiffEditorWidget {}

export class MultiDiffEditorWidget {}
