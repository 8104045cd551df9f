import type { TuningNews } from '../core/tuning-news.ts'
import type { Order } from './process-messages.ts'

/** A process or a listener that has models to be tuned. */
export interface TuningMember {
  send(order: Order): void
}

/** What is said of the tuning to a member that is being started. */
export interface GivenTuning {
  readonly tuned: readonly TuningNews[]
  readonly isTunedElsewhere: boolean
}

/** By version. */
type Versions = Map<string, TuningNews>

/**
 * Sees to it that one member finds out how the models of all are batched, and that all others hear of it: all at once
 * would measure each other. It is the one that is there for the longest.
 */
export class ModelTuning<Member extends TuningMember = TuningMember> {
  /** In the order in which they came; the first tunes. */
  readonly #members = new Set<Member>()
  /** The newest of each version, by name. */
  readonly #kept = new Map<string, Versions>()
  /** The same of what is served under a name that is being loaded anew, by which it still goes on. */
  readonly #before = new Map<string, Versions>()

  /** A member is being started: from now on it hears of all that comes. */
  join(member: Member): GivenTuning {
    const isTunedElsewhere = this.#members.size > 0
    this.#members.add(member)
    return { tuned: [...newsOf(this.#before), ...newsOf(this.#kept)], isTunedElsewhere }
  }

  /** A member ends; may be told twice. Where it was the one that tunes, the next goes on. */
  leave(member: Member): void {
    const [first] = this.#members
    if (!this.#members.delete(member) || member !== first) return
    const [next] = this.#members
    next?.send({ type: 'tune' })
  }

  /** A member has found something out. */
  told(by: Member, tuned: TuningNews): void {
    const { name, version, plan } = tuned
    const versions = this.#kept.get(name)
    // It was on its way while another member had seen the plan fail.
    if (plan.facts !== undefined && isRefusal(versions?.get(version), plan.key)) return
    if (versions === undefined) this.#kept.set(name, new Map([[version, tuned]]))
    else versions.set(version, tuned)
    const before = this.#before.get(name)
    if (before?.get(version)?.plan.key === plan.key) before.set(version, tuned)
    this.#tell(tuned, by)
  }

  /** All versions of a name are about to be loaded anew: what was found out is found out again. */
  begin(name: string): void {
    this.#before.set(name, this.#kept.get(name) ?? new Map())
    this.#kept.delete(name)
    for (const member of this.#members) member.send({ type: 'forget-tuning', name })
  }

  /** They are served now. */
  made(name: string): void {
    this.#before.delete(name)
  }

  /** They could not be loaded, and what was served before is served on. */
  failed(name: string): void {
    const before = this.#before.get(name) ?? new Map<string, TuningNews>()
    this.#before.delete(name)
    this.#kept.set(name, before)
    for (const tuned of before.values()) this.#tell(tuned)
  }

  /** Nothing is served under the name any more. */
  forget(name: string): void {
    this.#kept.delete(name)
  }

  #tell(tuned: TuningNews, by?: Member): void {
    for (const member of this.#members) if (member !== by) member.send({ type: 'tuned', tuned })
  }
}

function newsOf(names: ReadonlyMap<string, Versions>): TuningNews[] {
  return [...names.values()].flatMap((versions) => [...versions.values()])
}

function isRefusal(known: TuningNews | undefined, key: string): boolean {
  return known?.plan.key === key && known.plan.settled && known.plan.facts === undefined
}
