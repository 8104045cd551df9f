import { invalidParameter } from '../../core/errors.ts'
import { generatePayloads } from '../payloads/generate-payloads.ts'
import type { BenchTarget, Payload } from '../target.ts'
import { expectAnswers } from './expect-answers.ts'
import { filePayloads } from './file-payloads.ts'
import { findGrpcPlan } from './find-grpc-plan.ts'
import { findHttpPlan } from './find-http-plan.ts'
import { GrpcPeer } from './grpc-peer.ts'
import { hopeless } from './hopeless.ts'
import { HttpPeer } from './http-peer.ts'
import { refusalText } from './refusal-text.ts'
import type { TargetOptions } from './target-options.ts'
import { knownPath, readTargetUrl, type TargetUrl } from './target-url.ts'
import { successOf, Trial } from './trial.ts'

const DEFAULT_VARIANTS = 64

/**
 * What is measured at a URL. With payload files nothing is asked of the server. A path that no dialect knows is
 * fetched by GET. Else bodies are generated: the server is recognised, and tried until it takes some.
 * @throws ServingError INVALID_PARAMETER_VALUE where more has to be known, which the message names, or a file is wrong;
 *   `unreachable` where nothing answers
 */
export async function findTarget(url: string, options: TargetOptions): Promise<BenchTarget> {
  const where = readTargetUrl(url)
  const peer = await openPeer(where, options)
  try {
    if (options.payloadFiles.length > 0) return await targetOfFiles(where, peer, options)
    if (isPlain(where, options)) return await targetOfPath(where, peer, options)
    return await generatedTarget(where, peer, options)
  } finally {
    await peer.close()
  }
}

function openPeer({ transport, origin }: TargetUrl, { headers, insecure, signal }: TargetOptions) {
  const init = { origin, headers, insecure, signal }
  return transport === 'grpc' ? GrpcPeer.open(init) : new HttpPeer(init)
}

function isPlain({ path, transport }: TargetUrl, { dialect }: TargetOptions): boolean {
  if (transport === 'grpc' || path === undefined) return false
  return (dialect ?? knownPath(path).dialect) === 'plain'
}

type AnyPeer = GrpcPeer | HttpPeer

async function targetOfFiles(where: TargetUrl, peer: AnyPeer, options: TargetOptions): Promise<BenchTarget> {
  const files = await filePayloads(where, options)
  const { dialect, found } = files
  const expected = await expectAnswers(files.payloads, { peer, dialect, options, form: files.form })
  return {
    ...targetHead(where, options),
    dialect,
    payloads: expected.payloads,
    found: [...found, ...expected.found],
  }
}

async function targetOfPath(where: TargetUrl, peer: AnyPeer, options: TargetOptions): Promise<BenchTarget> {
  const payload: Payload = {
    ...{ name: 'GET', weight: 1, method: 'GET', path: where.path ?? '/', headers: options.headers },
    ...{ body: undefined, rows: undefined, expected: { status: await statusOf(where, peer) } },
  }
  const { payloads, found } = await expectAnswers([payload], {
    peer,
    dialect: 'plain',
    options,
    form: 'json',
  })
  return { ...targetHead(where, options), dialect: 'plain', payloads, found }
}

/** Of a GET that succeeds. @throws ServingError INVALID_PARAMETER_VALUE where it does not */
async function statusOf({ origin, path = '/' }: TargetUrl, peer: AnyPeer): Promise<number> {
  const answer = await peer.ask({ method: 'GET', path })
  if (answer.status >= 200 && answer.status < 300) return answer.status
  const where = `${origin}${path}`
  const closed = [404, 405].includes(answer.status) ? undefined : hopeless(where, peer.transport, answer)
  const said = refusalText(answer.text)
  throw (
    closed ??
    invalidParameter(
      `${where} answers ${answer.status} to GET${said === '' ? '' : `: ${said}`}. Give a body to POST with --payload FILE, ` +
        'or a URL without a path to find out what the server takes',
    )
  )
}

async function generatedTarget(
  where: TargetUrl,
  peer: AnyPeer,
  options: TargetOptions,
): Promise<BenchTarget> {
  const { seed = 1, headers, variants = DEFAULT_VARIANTS } = options
  const trial = new Trial(peer, { seed, headers })
  const { plan, dialect, found } =
    peer instanceof GrpcPeer
      ? await findGrpcPlan(peer, trial, options)
      : await findHttpPlan({ peer, trial, path: where.path, options })
  const generated = generatePayloads(plan, { variants, seed, headers, status: successOf(peer.transport) })
  const expected = await expectAnswers(generated, { peer, dialect, options, form: plan.form })
  const bodies = `${generated.length} bodies of ${plan.rows === 1 ? '1 row' : `${plan.rows} rows`}`
  return {
    ...targetHead(where, options),
    dialect,
    payloads: expected.payloads,
    found: [...found, bodies, ...expected.found],
  }
}

function targetHead({ transport, origin, host }: TargetUrl, { name = host }: TargetOptions) {
  return { name, transport, origin }
}
