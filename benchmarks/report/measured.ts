import { countCpus } from '../contest/pinning.ts'
import type { OpenLoad, ScenarioResult } from '../contest/result.ts'
import type { Growth } from './read-growth.ts'
import { bestOfEach, rateOf, type Standing, standings } from './standing.ts'

/** All that is kept, to be asked by the names of scenarios, peers and configurations. */
export class Measured {
  readonly growth: Growth | undefined
  readonly #results: ReadonlyMap<string, ScenarioResult>
  readonly #standings: ReadonlyMap<string, readonly Standing[]>

  constructor(results: readonly ScenarioResult[], growth: Growth | undefined) {
    this.growth = growth
    this.#results = new Map(results.map((result) => [result.scenario, result]))
    this.#standings = new Map(results.map((result) => [result.scenario, standings(result)]))
  }

  /** CPUs that the servers of a scenario had. */
  serverCpus(scenario: string): number | undefined {
    const result = this.#results.get(scenario)
    return result && countCpus(result.settings.serverCpus)
  }

  /** @param name `headrace:tuned` */
  one(scenario: string, name: string): Standing | undefined {
    return this.#all(scenario).find(({ peer, config }) => `${peer}:${config}` === name)
  }

  /** The configuration of a peer with the highest rate, if it answered at all. */
  best(scenario: string, peer: string): Standing | undefined {
    const found = bestOfEach(this.#all(scenario)).find((standing) => standing.peer === peer)
    return found !== undefined && rateOf(found) > 0 ? found : undefined
  }

  /** The server that is no Headrace with the highest rate. */
  fastestOther(scenario: string): Standing | undefined {
    return this.#all(scenario).find(({ peer, kind }) => kind === 'server' && peer !== 'headrace')
  }

  /** All configurations of a peer for which the largest rate was looked for. */
  sought(scenario: string, peer: string): readonly Standing[] {
    return this.#all(scenario).filter((one) => one.peer === peer && one.largestRate !== undefined)
  }

  /** @param name `headrace:tuned` */
  halfLoads(scenario: string, name: string): readonly OpenLoad[] {
    const contestants = this.#results.get(scenario)?.contestants ?? []
    return contestants.find(({ peer, config }) => `${peer}:${config}` === name)?.halfLoads ?? []
  }

  /** The fastest first. */
  #all(scenario: string): readonly Standing[] {
    return this.#standings.get(scenario) ?? []
  }
}
