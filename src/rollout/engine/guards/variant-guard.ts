import { type ControlRate, ENOUGH_EVENTS } from './control-rate.ts'
import { RateTest } from './rate-test.ts'

/** Fewer bad events stop nothing, however unlikely they are: the first requests of a model may be slow or meet one bad user. */
const LEAST_BAD_EVENTS = 5

interface VariantGuardInit {
  /** The rate that is harmless in any case. */
  readonly floor: number
  readonly alpha: number
  /** The same events of the control. */
  readonly control: ControlRate
  /** Nothing is judged before the control's rate is known: for events that are no fault in themselves. */
  readonly waitsForControl: boolean
}

/**
 * One guard over one variant. The rate that is allowed is fixed before the events that it judges: by the floor and by what
 * was seen of the control until then. When the test would stop the variant, it is asked again by what is known of the control
 * now, all of it and its last events. That only ever raises the allowed rate, so what the test promises still holds: a
 * variant is not stopped for what the control does as well, nor for trouble that both have just now.
 */
export class VariantGuard {
  readonly #init: VariantGuardInit
  /** Undefined until the first event, when the allowed rate is fixed. */
  #test: RateTest | undefined
  /** Of the first bad event, until there is one of another key. */
  #onlyBadKey: number | undefined
  #hasSeveralBadKeys = false
  #tripped = false

  constructor(init: VariantGuardInit) {
    this.#init = init
  }

  /** Whether it stops the variant now, which it says once. */
  add(isBad: boolean, key: number): boolean {
    const { control, waitsForControl, floor } = this.#init
    if (this.#tripped || (waitsForControl && control.events < ENOUGH_EVENTS)) return false
    this.#test ??= new RateTest(control.allowedRate(floor))
    this.#test.add(isBad)
    if (!isBad) return false
    this.#noteBadKey(key)
    this.#tripped = this.#isStopped(this.#test)
    return this.#tripped
  }

  get tripped(): boolean {
    return this.#tripped
  }

  /** That were judged; once it has stopped the variant, those that did. */
  get events(): number {
    return this.#counts?.events ?? 0
  }

  get badEvents(): number {
    return this.#counts?.badEvents ?? 0
  }

  get allowedRate(): number {
    return this.#test?.allowedRate ?? this.#init.control.allowedRate(this.#init.floor)
  }

  get eValue(): number {
    return this.#test?.eValue ?? 1
  }

  get stopsAt(): number {
    return 1 / this.#init.alpha
  }

  #noteBadKey(key: number): void {
    this.#onlyBadKey ??= key
    if (this.#onlyBadKey !== key) this.#hasSeveralBadKeys = true
  }

  #isStopped(test: RateTest): boolean {
    if (!this.#wouldStop(test)) return false
    const { control, floor } = this.#init
    const known = this.#raised(test, control.allowedRate(floor))
    this.#test = known
    if (!this.#wouldStop(known)) return false
    if (this.#wouldStop(this.#raised(known, control.recentRate))) return true
    this.#test = new RateTest(known.allowedRate)
    return false
  }

  get #counts(): { readonly events: number; readonly badEvents: number } | undefined {
    return this.#tripped ? this.#test?.telling : this.#test
  }

  #wouldStop(test: RateTest): boolean {
    if (!this.#hasSeveralBadKeys || test.badEvents < LEAST_BAD_EVENTS) return false
    return test.eValue >= this.stopsAt && test.telling.badEvents >= LEAST_BAD_EVENTS
  }

  #raised(test: RateTest, allowedRate: number): RateTest {
    return allowedRate <= test.allowedRate ? test : test.raised(allowedRate)
  }
}
