// The values of a database in MaxMind's format (MMDB), decoded by mmdb-lib within limits of work and memory.
import decoder from 'mmdb-lib/lib/decoder.js';

/**
 * What one record may hold, all that its pointers lead to included. Without that, pointers that lead to pointers make a few
 * hundred bytes into more values than memory holds. Real records have some hundred values, ten levels deep. The format's own
 * limits are higher, and for one look-up at a time; a request here may make thousands of them.
 *
 * @see https://maxmind.github.io/MaxMind-DB/
 */
export const recordLimits = { values: 2_048, levels: 32, bytes: 64 * 1024 };

const types = { extended: 0, pointer: 1, string: 2, bytes: 4, map: 7, array: 11 };
/** The largest size that stands in the first byte itself. Higher numbers there tell how many bytes it has of its own. */
const LARGEST_SHORT_SIZE = 28;
/** What the size is at least, by how many bytes it has of its own. */
const leastSizes = [0, 29, 285, 65_821];

/** Decodes the values of one section of a database. */
export class BoundedDecoder extends decoder.default {
  readonly #section: Buffer;
  #values = 0;
  #levels = 0;
  #bytes = 0;

  /** @param section - the data or the metadata of a database; its pointers count from there, and nothing of a value is beyond it */
  constructor(section: Buffer) {
    super(section);
    this.#section = section;
  }

  /**
   * Decodes the record at a place of the section, and whatever it points to.
   *
   * @throws Error when it is damaged, or larger than `recordLimits`
   */
  read(offset: number): unknown {
    this.#values = recordLimits.values;
    this.#levels = recordLimits.levels;
    this.#bytes = recordLimits.bytes;
    return this.decode(offset).value;
  }

  /** The library comes here for every value: a member of a map or an array, and what a pointer leads to. */
  override decode(offset: number) {
    this.#claim(offset);
    this.#levels -= 1;
    const decoded = super.decode(offset);
    this.#levels += 1;
    return decoded;
  }

  /** Takes a value from what is left, and makes sure that there is as much as it says it has, before anything is made of it. */
  #claim(offset: number): void {
    const control = this.#section[offset];
    if (control === undefined) throw new Error('a value is beyond the end');
    if (this.#levels === 0) throw new Error('a record is nested too deeply');
    if (this.#values === 0) throw new Error('a record has too many values');
    this.#values -= 1;
    const type = control >> 5;
    if (type === types.string || type === types.bytes) this.#claimBytes(control, offset + 1);
    else if (type === types.map) this.#claimMembers(2 * this.#sizeAt(control, offset + 1));
    else if (type === types.extended && 7 + (this.#section[offset + 1] ?? 0) === types.array)
      this.#claimMembers(this.#sizeAt(control, offset + 2));
  }

  /** Each is taken from what is left when its turn comes. */
  #claimMembers(count: number): void {
    if (count > this.#values) throw new Error('a record has too many values');
  }

  #claimBytes(control: number, at: number): void {
    const size = this.#sizeAt(control, at);
    if (at + size > this.#section.length) throw new Error('a value goes on beyond the end');
    this.#bytes -= size;
    if (this.#bytes < 0) throw new Error('a record has too much text');
  }

  #sizeAt(control: number, at: number): number {
    const short = control & 31;
    if (short <= LARGEST_SHORT_SIZE) return short;
    const bytes = short - LARGEST_SHORT_SIZE;
    return (leastSizes[bytes] ?? 0) + this.#section.readUIntBE(at, bytes);
  }
}
