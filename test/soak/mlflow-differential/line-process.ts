import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A Python program that answers each line of JSON with another one, in order. */
export class LineProcess<Question, Reply> {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: ((reply: Reply) => void)[] = []
  readonly #exited: Promise<never>

  constructor(python: string, program: string) {
    this.#child = spawn(python, [program], { stdio: 'pipe', env: { ...process.env, OMP_NUM_THREADS: '1' } })
    let complaints = ''
    this.#child.stderr.on('data', (chunk) => {
      complaints = `${complaints}${chunk}`.slice(-4000)
    })
    this.#exited = new Promise((_, reject) => {
      this.#child.once('error', reject)
      this.#child.once('exit', (code) =>
        reject(new Error(`The Python process ended with ${code}: ${complaints}`)),
      )
    })
    this.#exited.catch(() => undefined)
    createInterface(this.#child.stdout).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)))
  }

  ask(question: Question): Promise<Reply> {
    const answered = new Promise<Reply>((resolve) => this.#waiting.push(resolve))
    this.#child.stdin.write(`${JSON.stringify(question)}\n`)
    return Promise.race([answered, this.#exited])
  }

  close(): void {
    this.#child.stdin.end()
  }
}
