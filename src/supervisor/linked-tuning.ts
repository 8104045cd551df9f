import type { TuningNews } from '../core/tuning-news.ts'
import type { Order } from './process-messages.ts'

/** What a server does with what others find out of how its models are batched. */
export interface TuningFollower {
  /** Which may be of a model that is not there yet. */
  adopt(tuned: TuningNews): void
  /** The name comes to mean other models, or is found out anew. */
  forget(name: string): void
  /** Whoever found out is gone: this server does from now on. */
  tuneHere(): void
}

export type TuningOrder = Extract<Order, { readonly type: 'tuned' | 'forget-tuning' | 'tune' }>

/** A server's side of the tuning that one does for all: what comes before it can follow is kept for it. */
export class LinkedTuning {
  #follower: TuningFollower | undefined
  #ahead: TuningOrder[] = []

  follow(follower: TuningFollower): void {
    this.#follower = follower
    for (const order of this.#ahead.splice(0)) this.take(order)
  }

  take(order: TuningOrder): void {
    if (this.#follower === undefined) this.#ahead.push(order)
    else if (order.type === 'tuned') this.#follower.adopt(order.tuned)
    else if (order.type === 'forget-tuning') this.#follower.forget(order.name)
    else this.#follower.tuneHere()
  }
}
