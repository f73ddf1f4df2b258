/**
 * @file Reads Python pickles that hold data: numbers, strings, lists, dicts, numpy arrays; protocols 0 to 4. Nothing is run: a
 * pickle names functions to call, and of these only the few that build arrays and strings are known here, and done here.
 */
import { DataError } from '../dataset.ts';
import { isKind, latin1, type Pickled, PickledArray, pickledText, reducers } from './pickled.ts';

/** What a kind of pickle holds beyond the usual. */
export interface PickleDialect {
  /** Functions that its data calls. */
  readonly reducers: Readonly<Record<string, (args: readonly Pickled[]) => Pickled | undefined>>;
  /** Names of Python's that stand for themselves. */
  readonly globals: ReadonlySet<string>;
  /** What an identifier of a value kept elsewhere stands for. */
  persistent(id: Pickled): Pickled | undefined;
}

/** The value that a pickle holds. @throws DataError if it is damaged, or holds more than data. */
export function readPickle(bytes: Uint8Array, name: string): Pickled {
  return new Unpickler(bytes, name).run();
}

/** Pickles written one after another: `count` values and where they end. @throws DataError as `readPickle` */
export function readPickles(
  bytes: Uint8Array,
  name: string,
  count: number,
  dialect: PickleDialect,
): { readonly values: Pickled[]; readonly end: number } {
  const unpickler = new Unpickler(bytes, name, dialect);
  const values = Array.from({ length: count }, () => unpickler.run());
  return { values, end: unpickler.at };
}

const mark = Symbol('mark');

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  readonly #stack: (Pickled | typeof mark)[] = [];
  readonly #memo = new Map<number, Pickled>();
  readonly #dialect: PickleDialect | undefined;
  readonly #reducers: PickleDialect['reducers'];
  #at = 0;

  constructor(bytes: Uint8Array, name: string, dialect?: PickleDialect) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
    this.#dialect = dialect;
    this.#reducers = { ...reducers, ...dialect?.reducers };
  }

  /** Where the next pickle would begin. */
  get at(): number {
    return this.#at;
  }

  run(): Pickled {
    this.#stack.length = 0;
    this.#memo.clear();
    while (true) {
      const start = this.#at;
      const opcode = String.fromCharCode(this.#take(1)[0]!);
      if (opcode === '.') return this.#pop();
      const known = this.#constant(opcode) || this.#collection(opcode) || this.#structure(opcode);
      if (!known) {
        const code = opcode.charCodeAt(0).toString(16).padStart(2, '0');
        throw this.#error(
          `has an opcode 0x${code} at byte ${start} that no data set uses; it is no pickle, or damaged`,
        );
      }
    }
  }

  /** Numbers and strings. */
  #constant(opcode: string): boolean {
    switch (opcode) {
      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'I': {
        const line = this.#line();
        return this.#push(line === '00' ? false : line === '01' ? true : this.#number(line));
      }
      case 'L':
        return this.#push(this.#number(this.#line().replace(/L$/, '')));
      case 'F':
        return this.#push(this.#number(this.#line()));
      case 'G':
        return this.#push(this.#view.getFloat64(this.#skip(8)));
      case 'K':
        return this.#push(this.#uint(1));
      case 'M':
        return this.#push(this.#uint(2));
      case 'J':
        return this.#push(this.#view.getInt32(this.#skip(4), true));
      case '\x8a':
        return this.#push(this.#long(this.#take(this.#uint(1))));
      case 'S':
        return this.#push(Uint8Array.from(unescaped(this.#line()), (char) => char.charCodeAt(0)));
      case 'U':
      case 'C':
        return this.#push(this.#take(this.#uint(1)));
      case 'T':
      case 'B':
        return this.#push(this.#take(this.#uint(4)));
      case 'V':
        return this.#push(unescaped(this.#line(), 'u'));
      case 'X':
        return this.#push(new TextDecoder().decode(this.#take(this.#uint(4))));
      case '\x8c':
        return this.#push(new TextDecoder().decode(this.#take(this.#uint(1))));
      case '\x8e':
        return this.#push(this.#take(Number(this.#view.getBigUint64(this.#skip(8), true))));
      default:
        return false;
    }
  }

  /** Lists, tuples and dicts. */
  #collection(opcode: string): boolean {
    switch (opcode) {
      case '(':
        this.#stack.push(mark);
        return true;
      case ']':
      case ')':
        return this.#push([]);
      case 'l':
      case 't':
        return this.#push(this.#untilMark());
      case '\x85':
        return this.#push(this.#popMany(1));
      case '\x86':
        return this.#push(this.#popMany(2));
      case '\x87':
        return this.#push(this.#popMany(3));
      case '}':
        return this.#push({ kind: 'dict', entries: new Map() });
      case 'd':
        return this.#push({ kind: 'dict', entries: new Map() }) && this.#setItems(this.#untilMark(1));
      case 'a':
        return this.#append(this.#popMany(1));
      case 'e':
        return this.#append(this.#untilMark());
      case 's':
        return this.#setItems(this.#popMany(2));
      case 'u':
        return this.#setItems(this.#untilMark());
      default:
        return false;
    }
  }

  /** Frames, the memo, and what builds objects. */
  #structure(opcode: string): boolean {
    switch (opcode) {
      case '\x80':
        this.#skip(1);
        return true;
      case '\x95':
        this.#skip(8);
        return true;
      case '0':
        this.#stack.pop();
        return true;
      case '2':
        return this.#push(this.#top());
      case 'p':
        this.#memo.set(this.#number(this.#line()), this.#top());
        return true;
      case 'q':
        this.#memo.set(this.#uint(1), this.#top());
        return true;
      case 'r':
        this.#memo.set(this.#uint(4), this.#top());
        return true;
      case '\x94':
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case 'g':
        return this.#recall(this.#number(this.#line()));
      case 'h':
        return this.#recall(this.#uint(1));
      case 'j':
        return this.#recall(this.#uint(4));
      case 'c':
        return this.#global(this.#line(), this.#line());
      case '\x93': {
        const [module, name] = this.#popMany(2).map(pickledText);
        return this.#global(module ?? '', name ?? '');
      }
      case 'R':
        return this.#reduce();
      case 'b':
        return this.#build();
      case 'Q': {
        const value = this.#dialect?.persistent(this.#pop());
        if (value === undefined) throw this.#error('refers to a value outside of it');
        return this.#push(value);
      }
      default:
        return false;
    }
  }

  #global(module: string, name: string): boolean {
    const full = `${module.replace(/^numpy\._core\b/, 'numpy.core')}.${name}`;
    if (!(full in this.#reducers) && full !== 'numpy.ndarray' && this.#dialect?.globals.has(full) !== true) {
      throw this.#error(`calls Python's ${full}, and only plain data is read`);
    }
    return this.#push({ kind: 'global', name: full });
  }

  #reduce(): boolean {
    const [callee, args] = this.#popMany(2);
    if (!isKind(callee, 'global') || !Array.isArray(args) || !(callee.name in this.#reducers)) {
      throw this.#error('calls what is no known function');
    }
    const value = this.#reducers[callee.name]!(args);
    if (value === undefined) throw this.#error(`calls ${callee.name} with what it does not take`);
    return this.#push(value);
  }

  /** State of an array: (version, shape, dtype, fortran order, bytes); of a dtype: (version, byte order, …). */
  #build(): boolean {
    const [object, state] = this.#popMany(2);
    // Attributes of an ordered dict say nothing of its entries.
    if (isKind(object, 'dict')) return this.#push(object);
    if (!Array.isArray(state)) throw this.#error('gives an object a state that is no tuple');
    if (isKind(object, 'dtype')) {
      const order = pickledText(state[1]) ?? '|';
      object.descr = `${order === '=' ? '<' : order}${object.descr}`;
      return this.#push(object);
    }
    const [, shape, dtype, fortran, bytes] = state;
    if (!(object instanceof PickledArray) || !Array.isArray(shape) || !isKind(dtype, 'dtype')) {
      throw this.#error('gives a state to what is no array');
    }
    if (!shape.every((side) => typeof side === 'number')) throw this.#error('has an array without a shape');
    if (!(bytes instanceof Uint8Array)) throw this.#error('has an array of objects, not of numbers');
    Object.assign(object, { shape, descr: dtype.descr, fortran: fortran === true || fortran === 1, bytes });
    return this.#push(object);
  }

  #append(items: Pickled[]): boolean {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#error('appends to what is no list');
    for (const item of items) list.push(item);
    return true;
  }

  #setItems(items: Pickled[]): boolean {
    const dict = this.#top();
    if (!isKind(dict, 'dict')) throw this.#error('sets items of what is no dict');
    for (let i = 0; i + 1 < items.length; i += 2) {
      dict.entries.set(pickledText(items[i]) ?? String(items[i]), items[i + 1]!);
    }
    return true;
  }

  #recall(key: number): boolean {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#error(`recalls ${key}, which was not stored`);
    return this.#push(value);
  }

  #push(value: Pickled): true {
    this.#stack.push(value);
    return true;
  }

  #top(): Pickled {
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) throw this.#error('is damaged: its stack is empty');
    return value;
  }

  #pop(): Pickled {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popMany(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  /** Values above the last mark, which goes too; the mark may lie below `spared` values on top. */
  #untilMark(spared = 0): Pickled[] {
    const top = this.#stack.splice(this.#stack.length - spared, spared);
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw this.#error('is damaged: a mark is missing');
    const values = this.#stack.splice(at).slice(1) as Pickled[];
    this.#stack.push(...top);
    return values;
  }

  #skip(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw this.#error('is cut off');
    this.#at += count;
    return at;
  }

  #take(count: number): Uint8Array {
    const at = this.#skip(count);
    return this.#bytes.subarray(at, at + count);
  }

  #uint(size: 1 | 2 | 4): number {
    const at = this.#skip(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  /** A little-endian integer in two's complement. */
  #long(bytes: Uint8Array): number {
    const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
    return (bytes.at(-1) ?? 0) >= 0x80 ? value - 256 ** bytes.length : value;
  }

  #number(text: string): number {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value)) throw this.#error(`has "${text.slice(0, 20)}" for a number`);
    return value;
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.#error('is cut off');
    const line = latin1(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line;
  }

  #error(reason: string): DataError {
    return new DataError(`${this.#name} ${reason}.`);
  }
}

/** A quoted string of protocol 0 with Python's escapes, or a raw-unicode-escaped one. */
function unescaped(line: string, kind: 'u' | 's' = 's'): string {
  if (kind === 'u')
    return line.replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return line
    .slice(1, -1)
    .replace(/\\(?:x([\da-f]{2})|(.))/gi, (_, hex?: string, char = '') =>
      hex === undefined ? (named[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
