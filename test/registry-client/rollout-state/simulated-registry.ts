import {
  type Choose,
  type StateCell,
  updateByRereading,
} from '../../../src/registry-client/rollout-state/state-cell.ts'

/** A registry whose requests take as long as `delay` says, each way: what is read may be old by then. */
export class SimulatedRegistry {
  text: string | undefined
  isAway = false
  failure: Error = new Error('away')
  readonly #delay: (label: string) => Promise<void>

  constructor(delay: (label: string) => Promise<void> = () => Promise.resolve()) {
    this.#delay = delay
  }

  async read(): Promise<string | undefined> {
    await this.#request('read')
    const { text } = this
    await this.#request('answer')
    return text
  }

  async write(text: string): Promise<void> {
    await this.#request('write')
    this.text = text
    await this.#request('written')
  }

  async #request(label: string): Promise<void> {
    await this.#delay(label)
    if (this.isAway) throw this.failure
  }
}

/** One replica's view of it, without transactions; its watch looks when the test says so. */
export class SimulatedCell implements StateCell {
  readonly title = 'the simulated registry'
  readonly #registry: SimulatedRegistry
  look: () => Promise<void> = () => Promise.resolve()

  constructor(registry: SimulatedRegistry) {
    this.#registry = registry
  }

  read(): Promise<string | undefined> {
    return this.#registry.read()
  }

  update(choose: Choose): Promise<string | undefined> {
    return updateByRereading(this.#registry, choose)
  }

  watch(onChange: () => Promise<void>): { close(): void } {
    this.look = onChange
    return { close: () => {} }
  }

  async close(): Promise<void> {}
}
