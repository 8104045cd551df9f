import type { TensorMetadata } from '../../../core/predictor.ts'
import { isRecord } from '../../../core/record.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { Schema } from '../../../signature/model-signature.ts'
import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { ScannedBody, Skeleton } from '../../json-numbers/skeleton.ts'
import { FORMS, type FormName } from '../forms/envelope.ts'
import type { PyValue } from '../python/python-value.ts'
import type { BodyPlan } from './body-plan.ts'
import { ColumnPlans } from './column-plans.ts'
import { FrameTensorPlans } from './frame-tensor-plans.ts'
import { plainValue } from './plain-value.ts'
import { TensorPlans } from './tensor-plans.ts'

export interface BodyPlansInit {
  readonly schema: Schema | undefined
  readonly inputs: readonly TensorMetadata[]
  readonly castsNumbers: boolean
  /** The signature has parameters; otherwise what a request says of them does not matter. */
  readonly hasParams: boolean
}

export interface PlannedRequest {
  readonly inputs: TensorMap
  /** `params` of the body. */
  readonly params: PyValue | undefined
  /** A frame, which is answered by records. */
  readonly isFrame: boolean
}

/** What finds the plan for a form's value in a skeleton. */
interface FormPlans {
  plan(form: FormName, value: unknown): BodyPlan | undefined
}

interface PlannedBody {
  readonly plan: BodyPlan
  /** As it stands in the skeleton. */
  readonly params: unknown
  readonly isFrame: boolean
}

/** The plans of one model, compiled for each skeleton that its clients send and kept as long as the scanner knows that. */
export class BodyPlans {
  readonly #forms: readonly FormPlans[]
  readonly #hasParams: boolean
  readonly #framesAreRecords: boolean
  readonly #isColumns: boolean
  readonly #known = new WeakMap<Skeleton, PlannedBody | 'none'>()
  #last: Skeleton | undefined
  #lastPlanned: PlannedBody | 'none' = 'none'

  private constructor(forms: readonly FormPlans[], { schema, hasParams }: BodyPlansInit) {
    this.#forms = forms
    this.#hasParams = hasParams
    this.#isColumns = schema?.kind === 'columns'
    this.#framesAreRecords = schema === undefined
  }

  /** Undefined for a model of which no request is made of numbers alone. */
  static compile(init: BodyPlansInit): BodyPlans | undefined {
    const { schema, inputs, castsNumbers } = init
    const forms: readonly (FormPlans | undefined)[] =
      schema?.kind === 'columns'
        ? [ColumnPlans.compile(schema.columns, inputs, castsNumbers)]
        : [
            TensorPlans.compile(schema?.tensors, inputs, castsNumbers),
            FrameTensorPlans.compile(schema?.tensors, inputs, castsNumbers),
          ]
    const compiled = forms.filter((plans) => plans !== undefined)
    return compiled.length === 0 ? undefined : new BodyPlans(compiled, init)
  }

  /** Undefined where the general path must read the body. */
  read({ skeleton, lists }: ScannedBody, scanner: NumberScanner): PlannedRequest | undefined {
    const planned = this.#plannedFor(skeleton)
    if (planned === 'none' || hasEndless(lists)) return undefined
    const inputs = planned.plan.read(lists, scanner)
    if (inputs === undefined) return undefined
    const { isFrame, params: given } = planned
    if (given === undefined || given === null) return { inputs, params: undefined, isFrame }
    const params = plainValue(given, lists, scanner)
    return params === undefined ? undefined : { inputs, params, isFrame }
  }

  #plannedFor(skeleton: Skeleton): PlannedBody | 'none' {
    if (skeleton === this.#last) return this.#lastPlanned
    let planned = this.#known.get(skeleton)
    if (planned === undefined) {
      planned = this.#compile(skeleton.value) ?? 'none'
      this.#known.set(skeleton, planned)
    }
    this.#last = skeleton
    this.#lastPlanned = planned
    return planned
  }

  #compile(body: unknown): PlannedBody | undefined {
    if (!isRecord(body)) return undefined
    const [form, ...more] = Object.keys(body).filter((key) => key !== 'params')
    if (form === undefined || more.length > 0 || !isForm(form)) return undefined
    const plan = this.#planOf(form, body[form])
    if (plan === undefined) return undefined
    const isFrame = this.#isColumns || (this.#framesAreRecords && form.startsWith('dataframe'))
    return { plan, params: this.#hasParams ? body['params'] : undefined, isFrame }
  }

  #planOf(form: FormName, value: unknown): BodyPlan | undefined {
    for (const plans of this.#forms) {
      const plan = plans.plan(form, value)
      if (plan !== undefined) return plan
    }
    return undefined
  }
}

function isForm(key: string): key is FormName {
  return (FORMS as readonly string[]).includes(key)
}

/** Integers of thousands of digits are an error wherever they stand. */
function hasEndless(lists: readonly NumberList[]): boolean {
  for (const { traits } of lists) if ((traits & NumberTraits.BEYOND_INT64) !== 0) return true
  return false
}
