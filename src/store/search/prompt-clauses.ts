import { IS_PROMPT_TAG } from '../../entities/registered-model.ts'
import type { Clause } from './clause.ts'

/** Whether a clause is about the tag that tells prompts from models. */
export function isPromptClause(clause: Clause | undefined): boolean {
  return clause?.entity === 'tag' && clause.key === IS_PROMPT_TAG
}

/** Whether a filter asks for prompts; its first clause about them decides. Without one, models are wanted. */
export function searchesPrompts(clauses: readonly Clause[]): boolean {
  const clause = clauses.find(isPromptClause)
  const value = String(clause?.value).toLowerCase()
  return (
    (clause?.comparator === '=' && value === 'true') || (clause?.comparator === '!=' && value === 'false')
  )
}
