import { settledWithin } from '../pool/settled-within.ts'
import type { ModelLoading } from './model-loading.ts'
import { Turns } from './turns.ts'

/** Then a model is timed although another one is, whose runs may be long. */
const LONGEST_WAIT_MS = 1_000

/** Which of the models that are asked for at once are opened, and which of those is timed. */
export class LoadingTurns {
  /** Models that are opened at the same time. */
  readonly atOnce: number
  readonly #openings: Turns
  /** What is timed while others are is not what it will take. */
  readonly #timings = new Turns()

  constructor(atOnce: number) {
    this.atOnce = atOnce
    this.#openings = new Turns(atOnce)
  }

  /** Opens a model in its turn. @throws what it is given up for, and what opening throws. */
  async open<Model>(loading: ModelLoading, open: () => Promise<Model>): Promise<Model> {
    const turn = this.#openings.ask()
    try {
      await loading.orGivenUp(turn.begun)
      return await open()
    } finally {
      turn.end()
    }
  }

  /** Times a model while no other is. @throws what it is given up for, and what timing throws. */
  async time<Time>(loading: ModelLoading, time: () => Promise<Time>): Promise<Time> {
    const turn = this.#timings.ask()
    try {
      await loading.orGivenUp(settledWithin(turn.begun, LONGEST_WAIT_MS))
      return await time()
    } finally {
      turn.end()
    }
  }
}
