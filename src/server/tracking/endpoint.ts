import type { Incoming, Message, Outgoing } from '../../protocols/mlflow-rest/message.ts'
import type { RequestRules } from '../../protocols/mlflow-rest/request-rules.ts'
import { type RequestSource, readRequest } from '../../protocols/mlflow-rest/rest-request.ts'
import { writeMessage } from '../../protocols/mlflow-rest/write-message.ts'
import type { ApiContext } from './api-context.ts'

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The parts of a path that the endpoint's path names in braces, decoded. */
export type PathParameters = Readonly<Record<string, string>>

/** One call of MLflow's REST API, apart from how it travels. */
export interface Endpoint {
  readonly verb: Verb
  /** Behind `/api` or `/ajax-api`, as `/2.0/mlflow/logged-models/{model_id}`. */
  readonly path: string
  /** Whether only pages in a browser are served: the path is not to be found behind `/api`. */
  readonly ajaxOnly?: boolean
  /** Whether the call may change the database: it then goes to the thread that writes. */
  readonly access: 'read' | 'write'
  /** @returns the JSON text of the answer. @throws ServingError */
  answer(context: ApiContext, parameters: PathParameters, source: RequestSource): Promise<string>
}

export interface EndpointInit<Request extends Message, Reply extends Message> {
  readonly verb: Verb
  readonly path: string
  readonly ajaxOnly?: boolean
  readonly access: 'read' | 'write'
  readonly request: Request
  readonly rules?: RequestRules
  readonly reply: Reply
  handle(
    context: ApiContext,
    request: Incoming<Request>,
    parameters: PathParameters,
  ): Promise<Outgoing<Reply> | undefined>
}

/** An endpoint whose request and answer are messages. */
export function endpoint<Request extends Message, Reply extends Message>(
  init: EndpointInit<Request, Reply>,
): Endpoint {
  const { verb, path, ajaxOnly = false, access, request, reply, rules = {} } = init
  return {
    verb,
    path,
    ajaxOnly,
    access,
    answer: async (context, parameters, source) => {
      const message = readRequest(request, rules, source)
      return writeMessage(reply, (await init.handle(context, message, parameters)) ?? {})
    },
  }
}
