import { clauseOf, type Part } from './grammar.ts'

/**
 * Makes clauses of `x IN (…)`, `x NOT IN (…)`, `x IS NULL` and `x IS NOT NULL`, as MLflow 3.17.2 does over
 * sqlparse (`_join_in_comparison_tokens`). An identifier that begins none of them takes up to three parts behind it
 * along, unexamined.
 */
export function joinListClauses(text: string, parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = []
  for (let index = 0; index < parts.length; ) {
    const rest = parts.slice(index, index + 4)
    const [first] = rest
    if (first === undefined || rest.length < 3) return [...joined, ...rest]
    if (first.kind !== 'identifier') {
      joined.push(first)
      index += 1
      continue
    }
    const found = clauseAt(text, rest)
    joined.push(...(found === undefined ? rest : [found.part]))
    index += found === undefined ? rest.length : found.length
  }
  return joined
}

function clauseAt(text: string, parts: readonly Part[]): { part: Part; length: number } | undefined {
  const [first, second, third, fourth] = parts as [Part, Part, Part, Part?]
  const words = [second, third].map((part) =>
    part.kind === 'keyword' ? text.slice(part.start, part.end).toUpperCase() : undefined,
  )
  if (words[0] === 'IN' && third.kind === 'list') {
    return { part: clauseOf(first, text.slice(second.start, second.end), third), length: 3 }
  }
  if (words[0] === 'IS' && (words[1] === 'NULL' || words[1] === 'NOT NULL')) {
    return { part: clauseOf(first, `IS ${words[1]}`, undefined, third.end), length: 3 }
  }
  if (words[0] === 'NOT' && words[1] === 'IN' && fourth?.kind === 'list') {
    return { part: clauseOf(first, 'NOT IN', fourth), length: 4 }
  }
  return undefined
}
