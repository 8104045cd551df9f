import type { FastifyInstance } from 'fastify'
import { badRequest, routeNotFound } from '../core/errors.ts'
import type { Exchange } from './exchange.ts'
import { speaksOpenInference } from './open-inference/prefix.ts'

interface KnownRoute {
  readonly pattern: RegExp
  readonly methods: readonly string[]
}

/**
 * What Starlette, under MLflow's scoring server, does with requests that match no route: 307 to the path without
 * its trailing slashes, 405 with `Allow` for another verb (HEAD and OPTIONS too), else 404. The routes of the Open
 * Inference Protocol and of V1 have both forms of a path, and errors of their own.
 */
export class KnownRoutes {
  readonly #routes: KnownRoute[] = []

  /** Notes every route that is registered from now on. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      const pattern = new RegExp(`^${url.replace(/:[a-z]+/gi, '[^/]+')}$`)
      this.#routes.push({ pattern, methods: [method].flat() })
    })
  }

  answerUnmatched(exchange: Exchange): void {
    const path = decoded(exchange.path)
    if (speaksOpenInference(path)) this.#answerOpenInference(exchange, path)
    else this.#answerScoring(exchange, path)
  }

  #answerOpenInference(exchange: Exchange, path: string): void {
    const { method = '' } = exchange.request
    const methods = this.#methodsOf(path)
    if (methods.length === 0 || methods.includes(method)) {
      exchange.fail(routeNotFound(`There is no route ${method} ${path}.`))
    } else {
      exchange.headers.push('allow', methods.join(', '))
      exchange.refuse(405, badRequest(`${path} takes ${methods.join(' or ')}, not ${method}.`))
    }
  }

  #answerScoring(exchange: Exchange, path: string): void {
    const trimmed = path.replace(/\/+$/, '')
    const methods = this.#methodsOf(path)
    if (methods.length > 0 && !methods.includes(exchange.request.method ?? '')) {
      exchange.headers.push('allow', methods.join(', '))
      exchange.send(405, 'application/json', '{"detail":"Method Not Allowed"}')
    } else if (trimmed !== path && this.#methodsOf(trimmed).length > 0) {
      redirect(exchange, trimmed)
    } else {
      exchange.send(404, 'application/json', '{"detail":"Not Found"}')
    }
  }

  #methodsOf(path: string): readonly string[] {
    return this.#routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)
  }
}

/** Relative to the server, so that it holds behind a proxy and no Host header can lead it astray. */
function redirect(exchange: Exchange, path: string): void {
  const url = exchange.request.url ?? ''
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : ''
  exchange.headers.push('location', encodeURI(path) + query)
  exchange.sendEmpty(307)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
