import { ModelHistories } from '../core/model-history.ts'
import type { Order } from './process-messages.ts'

type HistoryOrder = Extract<Order, { readonly type: 'models' | 'noted' }>

/** A process's side of what becomes of the models, which is noted in one place for all. */
export class LinkedHistories {
  #histories = new ModelHistories()

  /** From now on these are kept up to date, beginning with what has come already. */
  feed(histories: ModelHistories): void {
    histories.adopt(this.#histories.list())
    this.#histories = histories
  }

  take(order: HistoryOrder): void {
    if (order.type === 'noted') this.#histories.note(order.name, order.event)
    else this.#histories.adopt(order.histories)
  }
}
