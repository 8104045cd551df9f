import { asciiJson } from '../../core/ascii-json.ts'
import { isPathSegment } from '../../core/path-segment.ts'
import { nameOfModelUri, registeredName } from '../../registry-client/model-uri-name.ts'
import { ROLLOUT_LIMITS } from '../../rollout/rollout-limits.ts'
import type { ModelPlan } from '../../runtime/model-plan.ts'

/** Makes an error of what is wrong, that says where. */
export type Failure = (problem: string) => Error

/** It stands in a path, in the name of a tag of the registry, and in the name of a folder. */
const ROLLOUT_NAME = new RegExp(`^[A-Za-z0-9._-]{1,${ROLLOUT_LIMITS.name}}$`)

/** It stands in a header of the replies. */
const VARIANT_NAME = /^[!-~]+$/

/** The names that rollouts give and take, each checked once against the models that are served and against each other. */
export class RolloutNames {
  readonly #plans: readonly ModelPlan[]
  /** Versions that are served under each name that is known before models are loaded. */
  readonly #versions = new Map<string, number>()
  readonly #rollouts = new Set<string>()
  readonly #variants = new Set<string>()
  readonly #shadows = new Set<string>()

  constructor(plans: readonly ModelPlan[]) {
    this.#plans = plans
    for (const name of plans.map(servedName)) {
      if (name !== undefined) this.#versions.set(name, (this.#versions.get(name) ?? 0) + 1)
    }
  }

  /** Of the registered model that is served under a name; `default` where there is none. */
  defaultFor(control: string): string {
    const plan = this.#plans.find((each) => servedName(each) === control)
    return (plan && registeredName(plan.uri)) ?? 'default'
  }

  /** The first model that is not among the shadows; undefined where it has no name yet, or there is none. */
  firstBut(shadows: readonly string[]): string | undefined {
    const first = this.#plans.find((plan) => !shadows.includes(servedName(plan) ?? ''))
    return first && servedName(first)
  }

  /** @throws the failure, where a rollout cannot be called so. */
  takeRollout(name: string, failure: Failure): void {
    if (!ROLLOUT_NAME.test(name) || !isPathSegment(name)) {
      throw failure(
        `a rollout cannot be called '${name}', but by ${ROLLOUT_LIMITS.name} letters, digits, '.', '_' and '-' at most`,
      )
    }
    if (this.#versions.has(name)) {
      throw failure(`a model is served as '${name}', so the rollout needs another name`)
    }
    if (this.#rollouts.has(name)) throw failure(`two rollouts are called '${name}'`)
    this.#rollouts.add(name)
  }

  /** @throws the failure, where the model of that name cannot be a variant. */
  takeVariant(name: string, failure: Failure): void {
    this.#expectServed(name, failure)
    if (!VARIANT_NAME.test(name)) {
      throw failure(
        `'${name}' cannot stand in a header: serve the model under a name of plain ASCII without spaces`,
      )
    }
    if (this.#variants.has(name)) throw failure(`'${name}' is a variant already`)
    if (this.#shadows.has(name)) throw failure(`'${name}' is a shadow: a variant needs a model of its own`)
    this.#variants.add(name)
  }

  /** A model may be the shadow of several rollouts. @throws the failure, where it can be none. */
  takeShadow(name: string, failure: Failure): void {
    this.#expectServed(name, failure)
    if (this.#variants.has(name)) throw failure(`'${name}' is a variant: a shadow needs a model of its own`)
    this.#shadows.add(name)
  }

  #expectServed(name: string, failure: Failure): void {
    const versions = this.#versions.get(name) ?? 0
    if (versions > 1) {
      throw failure(
        `${versions} versions are served as '${name}': give the one that is meant a name (-m NAME=URI)`,
      )
    }
    if (versions === 0) throw failure(`no model is served as '${name}'; ${this.#known()}`)
  }

  #known(): string {
    const names = [...this.#versions.keys()]
    const known = names.length === 0 ? 'none has a name' : `known are ${names.join(', ')}`
    return names.length < this.#plans.length ? `${known} (-m NAME=URI names one)` : known
  }
}

/** @throws the failure, where the variants are too many or their names too long for the tag of the state. */
export function expectFewVariants(names: readonly string[], failure: Failure): void {
  const { variants, variantNames } = ROLLOUT_LIMITS
  if (names.length > variants) throw failure(`${names.length} variants are more than ${variants}`)
  const length = names.map(asciiJson).join(',').length + 2
  if (length > variantNames)
    throw failure(`the names of the variants are longer than ${variantNames} characters together`)
}

/** What is wrong with a URI is told where its model is loaded. */
function servedName({ name, uri }: ModelPlan): string | undefined {
  if (name !== undefined) return name
  try {
    return nameOfModelUri(uri)
  } catch {
    return undefined
  }
}
