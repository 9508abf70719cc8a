// The values of a database in MaxMind's format (MMDB), decoded within limits.

/** A value of a database. */
export type MmdbValue = string | number | bigint | boolean | Buffer | MmdbValue[] | MmdbMap;
export interface MmdbMap {
  [key: string]: MmdbValue;
}

/**
 * What one record may hold, all that its pointers lead to included. Without that, pointers that lead to pointers make a few
 * hundred bytes into more values than memory holds. Real records hold a few hundred values, five levels deep. The format's
 * own limits (65,536 values, 512 levels, 2 MiB) are for one look-up at a time; a request here may make hundreds of them.
 */
const limits = { values: 2_048, levels: 32, bytes: 64 * 1024 };

const types = {
  pointer: 1,
  string: 2,
  double: 3,
  bytes: 4,
  uint16: 5,
  uint32: 6,
  map: 7,
  int32: 8,
  uint64: 9,
  uint128: 10,
  array: 11,
  boolean: 14,
  float: 15,
} as const;

/** What is added to a pointer, by how many bytes more than one it has. The longest have all bits they need. */
const pointerOffsets = [0, 2_048, 526_336, 0] as const;

/**
 * Decodes the values of one section of a database.
 *
 * @see https://maxmind.github.io/MaxMind-DB/, "Output Data Section" and "Reader Resource Limits"
 */
export class MmdbDecoder {
  readonly #section: Buffer;
  #at = 0;
  #valuesLeft = 0;
  #bytesLeft = 0;

  /** @param section - the data or the metadata of a database; its pointers count from there, and nothing of a value is beyond it */
  constructor(section: Buffer) {
    this.#section = section;
  }

  /**
   * Decodes the value at a place of the section, and whatever it points to.
   *
   * @throws Error when the value is damaged, or larger than `limits`
   */
  decode(offset: number): MmdbValue {
    this.#at = offset;
    this.#valuesLeft = limits.values;
    this.#bytesLeft = limits.bytes;
    this.#claimValues(1);
    return this.#value(limits.levels);
  }

  #value(levels: number): MmdbValue {
    if (levels === 0) throw new Error('a value is nested too deeply');
    const control = this.#byte();
    const type = control >> 5 || this.#extendedType();
    if (type === types.pointer) return this.#pointed(control, levels - 1);
    const size = this.#size(control);
    if (type === types.string) return this.#string(size);
    if (type === types.map) return this.#map(size, levels - 1);
    if (type === types.array) return this.#array(size, levels - 1);
    return this.#scalar(type, size);
  }

  #scalar(type: number, size: number): MmdbValue {
    switch (type) {
      case types.uint16:
        return this.#uint(size, 2);
      case types.uint32:
        return this.#uint(size, 4);
      case types.double:
        return this.#section.readDoubleBE(this.#takeExactly(size, 8));
      case types.float:
        return this.#section.readFloatBE(this.#takeExactly(size, 4));
      case types.boolean:
        if (size > 1) throw new Error('a value has a size that its type cannot have');
        return size === 1;
      case types.int32:
        return size === 4 ? this.#section.readInt32BE(this.#take(4)) : this.#uint(size, 4);
      case types.uint64:
        return this.#bigUint(size, 8);
      case types.uint128:
        return this.#bigUint(size, 16);
      case types.bytes: {
        this.#claimBytes(size);
        const at = this.#take(size);
        return this.#section.subarray(at, at + size);
      }
      default:
        throw new Error(`a value is of no known type (${type})`);
    }
  }

  #string(size: number): string {
    this.#claimBytes(size);
    const at = this.#take(size);
    return this.#section.toString('utf8', at, at + size);
  }

  #map(size: number, levels: number): MmdbMap {
    this.#claimValues(2 * size);
    const map: MmdbMap = {};
    for (let i = 0; i < size; i++) {
      const key = this.#value(levels);
      // The one name whose assignment would do something else.
      if (typeof key !== 'string' || key === '__proto__') throw new Error('a member of a map has no name');
      map[key] = this.#value(levels);
    }
    return map;
  }

  #array(size: number, levels: number): MmdbValue[] {
    this.#claimValues(size);
    const array: MmdbValue[] = [];
    for (let i = 0; i < size; i++) array.push(this.#value(levels));
    return array;
  }

  #pointed(control: number, levels: number): MmdbValue {
    const more = (control >> 3) & 3;
    const high = more === 3 ? 0 : (control & 7) << (8 * (more + 1));
    const target = high + this.#uint(more + 1, 4) + (pointerOffsets[more] ?? 0);
    const after = this.#at;
    this.#at = target;
    if ((this.#section[target] ?? 0) >> 5 === types.pointer) throw new Error('a pointer leads to a pointer');
    const value = this.#value(levels);
    this.#at = after;
    return value;
  }

  #extendedType(): number {
    const type = 7 + this.#byte();
    if (type <= types.map) throw new Error(`a value is of no known type (${type})`);
    return type;
  }

  #size(control: number): number {
    const size = control & 31;
    if (size < 29) return size;
    if (size === 29) return 29 + this.#uint(1, 1);
    return size === 30 ? 285 + this.#uint(2, 2) : 65_821 + this.#uint(3, 3);
  }

  #uint(size: number, most: number): number {
    if (size > most) throw new Error('a value has a size that its type cannot have');
    const at = this.#take(size);
    return size === 0 ? 0 : this.#section.readUIntBE(at, size);
  }

  #bigUint(size: number, most: number): bigint {
    if (size > most) throw new Error('a value has a size that its type cannot have');
    const at = this.#take(size);
    return size === 0 ? 0n : BigInt(`0x${this.#section.toString('hex', at, at + size)}`);
  }

  #byte(): number {
    return this.#section[this.#take(1)] ?? 0;
  }

  #takeExactly(size: number, expected: number): number {
    if (size !== expected) throw new Error('a value has a size that its type cannot have');
    return this.#take(size);
  }

  /** Goes on behind so many bytes, and tells where they begin. */
  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#section.length) throw new Error('a value goes on beyond the end');
    this.#at = at + size;
    return at;
  }

  /** Claimed before the first of them is read, so that a number that is only claimed costs nothing. */
  #claimValues(count: number): void {
    this.#valuesLeft -= count;
    if (this.#valuesLeft < 0) throw new Error('a record holds too many values');
  }

  #claimBytes(count: number): void {
    this.#bytesLeft -= count;
    if (this.#bytesLeft < 0) throw new Error('a record holds too much text');
  }
}
