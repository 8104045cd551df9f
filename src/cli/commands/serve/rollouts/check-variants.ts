import { invalidParameter } from '../../../../core/errors.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { ServedModel } from '../../../../runtime/served-model.ts'
import { columnPlace } from '../../../../server/rollouts/sticky-key.ts'
import { type Compared, signatureDifference } from '../../../../signature/signature-difference.ts'
import { tensorsDifference } from '../../../../signature/tensors-difference.ts'

/** What a header may hold whoever reads it. */
const PRINTABLE = /^[!-~](?:[ -~]*[!-~])?$/

/** Finds what is served under a name. */
export type FindModel = (name: string) => ServedModel | undefined

/**
 * Whether any variant of each rollout can answer any request of it, and its shadows can run them: called once the models of
 * the start are loaded.
 * @throws ServingError INVALID_PARAMETER_VALUE with the first difference.
 */
export function checkVariants(rollouts: readonly RolloutPlan[], find: FindModel): void {
  for (const { name, variants, shadows, stickyKey } of rollouts) {
    if (find(name) !== undefined) {
      throw invalidParameter(
        `A model is served as '${name}', so the rollout of that name needs another (--rollout NAME)`,
      )
    }
    const [control, ...others] = variants.map((variant) => served(variant.name, name, find))
    if (control === undefined) continue
    for (const variant of [control, ...others]) expectTellable(variant, name)
    expectColumn(control, stickyKey.column, name)
    for (const variant of others) expectEqual(control, variant, 'all', name)
    for (const shadow of shadows) expectEqual(control, served(shadow, name, find), 'inputs', name)
  }
}

function served(name: string, rollout: string, find: FindModel): ServedModel {
  const model = find(name)
  if (model !== undefined) return model
  throw invalidParameter(`No model is served as '${name}', which the rollout '${rollout}' is of`)
}

/** Each answer tells the version. */
function expectTellable({ name, version }: ServedModel, rollout: string): void {
  if (PRINTABLE.test(version)) return
  throw invalidParameter(
    `'${name}' cannot be a variant of the rollout '${rollout}': its version '${version}' cannot stand in a header: give it ` +
      "one of plain ASCII by 'version' of the models file",
    { rollout, model: name },
  )
}

/** Signatures are what requests are checked by, and tensors what becomes of them. */
function expectEqual(control: ServedModel, other: ServedModel, compared: Compared, rollout: string): void {
  const [first, second] = [sideOf(control), sideOf(other)]
  const difference =
    signatureDifference(first, second, compared) ?? tensorsDifference(first, second, compared)
  if (difference === undefined) return
  const part = compared === 'all' ? 'variant' : 'shadow'
  throw invalidParameter(
    `'${other.name}' cannot be a ${part} beside '${control.name}' in the rollout '${rollout}': ${difference}`,
    { rollout, model: other.name },
  )
}

/** Without it each request would be a user of its own. */
function expectColumn(control: ServedModel, column: string | undefined, rollout: string): void {
  if (column === undefined || columnPlace(control, column) !== undefined) return
  const schema = control.mlmodel.signature?.inputs
  const specs = schema?.kind === 'columns' ? schema.columns : (schema?.tensors ?? control.predictor.inputs)
  const inputs = specs.flatMap(({ name }) => name ?? [])
  throw invalidParameter(
    `'${control.name}' has no input '${column}', which is to be the key of the rollout '${rollout}'`,
    { rollout, inputs },
  )
}

function sideOf({ name, mlmodel, predictor }: ServedModel) {
  return { model: `'${name}'`, signature: mlmodel.signature, ports: predictor }
}
