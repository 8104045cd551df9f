import type { Message } from '../../protocols/mlflow-rest/message.ts'

/** One call of MLflow's REST API: where it goes, what it takes and what it gives. */
export interface ApiCall<Request extends Message = Message, Reply extends Message = Message> {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Behind `/api`; a field of the request in braces stands for its value: `/2.0/mlflow/logged-models/{model_id}`. */
  readonly path: string
  readonly request: Request
  readonly reply: Reply
}

export function apiCall<Request extends Message, Reply extends Message>(
  where: `${ApiCall['verb']} ${string}`,
  request: Request,
  reply: Reply,
): ApiCall<Request, Reply> {
  const cut = where.indexOf(' ')
  return { verb: where.slice(0, cut) as ApiCall['verb'], path: where.slice(cut + 1), request, reply }
}
