// How far a long command is: a bar on a terminal, a line every now and then elsewhere. On standard error, beside whatever is printed.
import { type Options, SingleBar } from 'cli-progress';

/** Milliseconds between two lines. */
const LINE_INTERVAL = 10_000;
/** Milliseconds between two looks of the bar. */
const BAR_INTERVAL = 200;
/** Seconds of which the pace is told. */
const PACE_OF = 10;

const english = (count: number) => Math.round(count).toLocaleString('en');

/** Seconds, as people say them. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

const options: Options = {
  stream: process.stderr,
  format: '{bar} {percent} | {rows} rows | {pace} rows/s | {left}',
  barCompleteChar: '█',
  barIncompleteChar: '░',
  barsize: 30,
  hideCursor: true,
  clearOnComplete: false,
  linewrap: false,
  fps: 1_000 / BAR_INTERVAL,
};

/** Tells of work on rows, whose part of the whole is known or not. */
export class Progress {
  readonly #startedAt = performance.now();
  readonly #bar: SingleBar | undefined;
  readonly #timer: NodeJS.Timeout;
  /** Rows at moments of late, for the pace. */
  #marks: { at: number; rows: number }[] = [];
  #rows = 0;
  #first: number | undefined;
  #part: number | undefined;

  constructor() {
    if (process.stderr.isTTY) {
      this.#bar = new SingleBar(options);
      this.#bar.start(1_000, 0, this.#texts());
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
    this.#first ??= rows;
    this.#rows = rows;
    this.#part = part;
  }

  /** Prints a line without spoiling the bar. */
  line(text: string): void {
    if (this.#bar) {
      process.stderr.write('\r\u001b[2K');
      console.error(text);
      this.#draw();
    } else console.error(text);
  }

  /** Ends the bar; @param isDone - whether all of it was done */
  stop(isDone: boolean): void {
    clearInterval(this.#timer);
    if (!this.#bar) return;
    if (isDone && this.#part !== undefined) this.#part = 1;
    this.#draw();
    this.#bar.stop();
  }

  #draw(): void {
    this.#mark();
    this.#bar?.update(Math.floor((this.#part ?? 0) * 1_000), this.#texts());
  }

  #say(): void {
    this.#mark();
    const { percent, rows, pace, left } = this.#texts();
    console.error([percent.trim(), `${rows} rows`, `${pace} rows/s`, left].filter((text) => text !== '').join(', '));
  }

  #mark(): void {
    const now = performance.now();
    this.#marks.push({ at: now, rows: this.#rows });
    this.#marks = this.#marks.filter(({ at }) => at > now - PACE_OF * 1_000);
  }

  #texts() {
    const pace = this.#pace();
    const percent = this.#part === undefined ? '' : `${Math.floor(this.#part * 100)}%`.padStart(4);
    return { rows: english(this.#rows), pace: english(pace), percent, left: this.#left() };
  }

  #pace(): number {
    const now = performance.now();
    const { at, rows } = this.#marks[0] ?? { at: this.#startedAt, rows: this.#first ?? this.#rows };
    // Rows come in steps: the first mark of late may be right after one.
    const since = this.#marks.length > 1 ? { at, rows } : { at: this.#startedAt, rows: this.#first ?? this.#rows };
    return now > since.at ? ((this.#rows - since.rows) * 1_000) / (now - since.at) : 0;
  }

  #left(): string {
    const part = this.#part;
    if (part === undefined || part <= 0 || part >= 1) return '';
    const done = this.#rows - (this.#first ?? this.#rows);
    if (done <= 0) return '';
    const all = this.#rows / part;
    const pace = this.#pace();
    return pace > 0 ? `${duration((all - this.#rows) / pace)} left` : '';
  }
}
