// How far a long command is: a bar on a terminal, a line every now and then elsewhere. On standard error, beside whatever is printed.
import { type Options, SingleBar } from 'cli-progress';
import { english } from './output.ts';

/** Milliseconds between two lines. */
const LINE_INTERVAL = 10_000;
/** Milliseconds between two looks of the bar. */
const BAR_INTERVAL = 200;
/** Milliseconds of which the pace is told. */
const PACE_OF = 10_000;
/** Steps of the bar. */
const WHOLE = 1_000;

/** Characters of the bar, and of what stands beside it. */
const LONGEST_BAR = 30;
const ROOM_FOR_TEXT = 50;
/** Characters of a line of a terminal that does not say how many. */
const USUAL_COLUMNS = 80;
const [SAVE_CURSOR, RESTORE_CURSOR] = ['\u001b7', '\u001b8'];

/** Seconds, as people say them. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** The terminal, which is not asked to go back to where the bar began: lines have been printed since, and it would write over them. */
const terminal: NodeJS.WriteStream = Object.create(process.stderr, {
  write: {
    value: (text: string, ...rest: [(() => void)?]) =>
      text === SAVE_CURSOR || text === RESTORE_CURSOR ? true : process.stderr.write(text, ...rest),
  },
});

const options = (columns: number): Options => ({
  stream: terminal,
  format: '{bar} {percent} | {rows} rows | {pace} rows/s | {left}',
  barCompleteChar: '█',
  barIncompleteChar: '░',
  barsize: Math.min(LONGEST_BAR, Math.max(columns - ROOM_FOR_TEXT, 4)),
  hideCursor: true,
  clearOnComplete: false,
  // Whoever has the bar ends it, also where a signal interrupts the work.
  gracefulExit: false,
  linewrap: false,
  fps: 1_000 / BAR_INTERVAL,
});

/** Tells of work on rows, whose part of the whole is known or not. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  readonly #timer: NodeJS.Timeout;
  /** Rows at moments of late, for the pace; the first of them may be older. */
  readonly #marks: { at: number; rows: number }[];
  readonly #first: number;
  #rows: number;
  #part: number | undefined;

  /**
   * @param before - rows that were done before
   * @param isBar - whether a terminal is shown a bar: not where it is shown something else meanwhile
   */
  constructor({ before = 0, isBar = true }: { before?: number | undefined; isBar?: boolean } = {}) {
    this.#first = before;
    this.#rows = before;
    this.#marks = [{ at: performance.now(), rows: before }];
    if (isBar && process.stderr.isTTY) {
      this.#bar = new SingleBar(options(process.stderr.columns || USUAL_COLUMNS));
      this.#bar.start(WHOLE, 0, this.#texts());
    }
    const look = this.#bar ? () => this.#draw() : () => this.#say();
    this.#timer = setInterval(look, this.#bar ? BAR_INTERVAL : LINE_INTERVAL).unref();
  }

  /**
   * Hears how far it is.
   *
   * @param rows - that are done
   * @param part - of the whole, from 0 to 1; undefined where that is not known
   */
  update(rows: number, part: number | undefined): void {
    this.#rows = rows;
    this.#part = part;
  }

  /** Prints a line without spoiling the bar. */
  line(text: string): void {
    if (!this.#bar) {
      console.error(text);
      return;
    }
    process.stderr.write('\r\u001b[2K');
    console.error(text);
    this.#draw();
  }

  /** Ends the bar. @param isDone - whether all of it was done */
  stop(isDone: boolean): void {
    clearInterval(this.#timer);
    if (!this.#bar) return;
    if (isDone && this.#part !== undefined) this.#part = 1;
    this.#draw();
    this.#bar.stop();
  }

  #draw(): void {
    this.#mark();
    this.#bar?.update(Math.floor((this.#part ?? 0) * WHOLE), this.#texts());
  }

  #say(): void {
    this.#mark();
    const { percent, rows, pace, left } = this.#texts();
    console.error([percent.trim(), `${rows} rows`, `${pace} rows/s`, left].filter((text) => text !== '').join(', '));
  }

  #mark(): void {
    const now = performance.now();
    this.#marks.push({ at: now, rows: this.#rows });
    while ((this.#marks[1]?.at ?? now) <= now - PACE_OF) this.#marks.shift();
  }

  #texts() {
    const pace = this.#pace();
    const percent = this.#part === undefined ? '' : `${Math.floor(this.#part * 100)}%`.padStart(4);
    return { rows: english(this.#rows), pace: english(pace), percent, left: this.#left(pace) };
  }

  #pace(): number {
    const { at, rows } = this.#marks[0] as { at: number; rows: number };
    const elapsed = performance.now() - at;
    return elapsed > 0 ? ((this.#rows - rows) * 1_000) / elapsed : 0;
  }

  /** The time that the rest takes, by the size of what is done: its rows alone are known. */
  #left(pace: number): string {
    const part = this.#part ?? 0;
    if (part <= 0 || part >= 1 || pace <= 0 || this.#rows <= this.#first) return '';
    return `${duration((this.#rows / part - this.#rows) / pace)} left`;
  }
}
