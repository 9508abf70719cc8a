// How CSV is written, as RFC 4180 has it.

/** Options of `csv-stringify`. Whatever ends a line for anybody stands in quotes. */
export const csvLines = { record_delimiter: 'windows', quoted_match: /[\r\n]/ } as const;
