import type { SchemaTree } from 'hyparquet'

/** A column of the file: a path that ends in values. */
export interface Leaf {
  readonly path: string
  /** How many levels of repetition and of definition the schema gives to it. */
  readonly maxRepetition: number
  readonly maxDefinition: number
}

export function leavesOf(
  tree: SchemaTree,
  above: Leaf = { path: '', maxRepetition: 0, maxDefinition: 0 },
): Leaf[] {
  return tree.children.flatMap((node) => {
    const { repetition_type: repetition } = node.element
    const leaf = {
      path: node.path.join('.'),
      maxRepetition: above.maxRepetition + (repetition === 'REPEATED' ? 1 : 0),
      maxDefinition: above.maxDefinition + (repetition === 'REQUIRED' ? 0 : 1),
    }
    return node.children.length === 0 ? [leaf] : leavesOf(node, leaf)
  })
}
