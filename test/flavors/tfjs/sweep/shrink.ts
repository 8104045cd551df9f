/** Parts of a recipe that both kinds of models have. */
interface Cuttable {
  readonly steps: readonly { readonly from: readonly unknown[] }[]
  readonly outputs: readonly string[]
}

/** How tensors of a kind of recipe are called, `n2:1` or `step2:1`. */
export interface RefNames {
  readonly step: RegExp
  readonly name: (step: number, result: string) => string
}

/**
 * A smaller recipe that still fails, as far as one is found: one output only, one of a step further up, and only the
 * steps that it needs.
 */
export async function shrink<R extends Cuttable>(
  recipe: R,
  names: RefNames,
  fails: (recipe: R) => Promise<boolean>,
): Promise<R> {
  const outputs = recipe.steps.map((_, index) => names.name(index, '0'))
  for (const output of [...new Set([...outputs, ...recipe.outputs])]) {
    const cut = needed({ ...recipe, outputs: [output] }, names)
    if (await fails(cut)) return cut
  }
  return recipe
}

/** Without the steps that its outputs do not come from; the others are renumbered. */
function needed<R extends Cuttable>(recipe: R, { step, name }: RefNames): R {
  const stepOf = (ref: unknown) => (typeof ref === 'string' ? step.exec(ref) : null)
  const kept = new Set<number>()
  const visit = (ref: unknown): void => {
    const found = stepOf(ref)
    const index = Number(found?.[1])
    if (found === null || kept.has(index)) return
    kept.add(index)
    for (const operand of recipe.steps[index]!.from) visit(operand)
  }
  for (const output of recipe.outputs) visit(output)
  const order = [...kept].sort((a, b) => a - b)
  const renamed = <T>(ref: T): T => {
    const found = stepOf(ref)
    return found === null ? ref : (name(order.indexOf(Number(found[1])), found[2]!) as T)
  }
  const steps = order.map((index) => {
    const { again, ...rest } = recipe.steps[index]! as { from: readonly unknown[]; again?: number }
    const isThere = again !== undefined && order.includes(again)
    return { ...rest, from: rest.from.map(renamed), ...(isThere ? { again: order.indexOf(again) } : {}) }
  })
  return { ...recipe, steps, outputs: recipe.outputs.map(renamed) }
}
