import { openSync, readdirSync, readFileSync, readSync } from 'node:fs'

/** For how long a thread was ready to run and did not, as the scheduler counts it (proc(5), schedstat: the second number). */
export class ThreadWatch {
  readonly #descriptor: number
  readonly #buffer = Buffer.alloc(100)

  /** @returns undefined where the process has no such thread (yet), or the system does not tell. */
  static find(pid: number, threadName: string): ThreadWatch | undefined {
    try {
      const folder = `/proc/${pid}/task`
      const found = readdirSync(folder).find((thread) => {
        return readFileSync(`${folder}/${thread}/comm`, 'utf8').trim() === threadName
      })
      return found === undefined ? undefined : new ThreadWatch(`${folder}/${found}/schedstat`)
    } catch {
      return undefined
    }
  }

  private constructor(path: string) {
    this.#descriptor = openSync(path, 'r')
  }

  /** @returns milliseconds since it was started; undefined once it has ended. */
  waitedMs(): number | undefined {
    try {
      const length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0)
      return Number(this.#buffer.toString('latin1', 0, length).split(' ')[1]) / 1e6
    } catch {
      return undefined
    }
  }
}
