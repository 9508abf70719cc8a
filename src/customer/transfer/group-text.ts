// The groups of a customer as one text: `slug=name|slug=name`.

/** A group, as files name it: its name is for those that have to be made. */
export interface NamedGroup {
  readonly slug?: string;
  readonly name?: string;
}

const separators = /[\\|]/g;
/** One group; a backslash takes the meaning from what follows it. */
const item = /(?:[^\\|]|\\.)+/gs;
const escaped = /\\(.)/gs;
const slugAndName = /^([A-Za-z0-9_-]+)=(.*)$/s;

/** Writes groups as one text. */
export function writeGroups(groups: readonly Required<NamedGroup>[]): string {
  return groups.map(({ slug, name }) => `${slug}=${name.replace(separators, '\\$&')}`).join('|');
}

/** Reads that text. What has no `=` after a slug is a slug, or a name to make one of. */
export function readGroups(text: string): NamedGroup[] {
  return (text.match(item) ?? []).flatMap((part): NamedGroup[] => {
    const plain = part.replace(escaped, '$1').trim();
    const [, slug, name = ''] = slugAndName.exec(plain) ?? [];
    if (slug !== undefined) return [{ slug, ...(name.trim() && { name }) }];
    if (plain === '') return [];
    // What could be either is both: `VIP` is the group `vip`, and is called VIP where it has to be made.
    return [/^[a-z0-9_-]+$/i.test(plain) ? { slug: plain, name: plain } : { name: plain }];
  });
}
