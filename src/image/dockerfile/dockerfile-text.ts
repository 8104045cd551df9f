import { invalidParameter } from '../../core/errors.ts'
import type { Healthcheck, ImageConfig } from '../image.ts'
import { plainName, quotedWord } from './quoted-word.ts'

export interface DockerfilePlan {
  readonly config: ImageConfig
  /** Reference of an image with Node at /usr/local/bin/node and the GNU C library, as that of Node with Debian. */
  readonly base: string
  /** Folders beside the Dockerfile, each with a tree that is copied to the root of the image, the lowest first. */
  readonly trees: readonly string[]
}

/** By this first line a Dockerfile is known as one that may be written again. */
export const FIRST_LINE = '# Made by `headrace generate-dockerfile`; it is written anew by the next.'

/** What stands between two parts of a reference: no blank, no quote, no dollar sign. */
const REFERENCE = /^[A-Za-z0-9][\w.:/@+-]*$/

/**
 * The text of a Dockerfile that makes an image of a base and of what lies beside it. It runs nothing, so that it needs no network and is built
 * for any platform on any other. Each instruction is one line, whatever the model is called.
 * @throws ServingError INVALID_PARAMETER_VALUE for what no Dockerfile can hold
 */
export function dockerfileText({ config, base, trees }: DockerfilePlan): string {
  if (!REFERENCE.test(base)) throw invalidParameter(`'${base}' is not a reference of an image`)
  const { platform, workingFolder, user, ports, stopSignal, entrypoint, command, healthcheck } = config
  return [
    FIRST_LINE,
    `ARG BASE=${base}`,
    `FROM --platform=${platform} \${BASE}`,
    ...trees.map((tree) => `COPY ${tree}/ /`),
    ...Object.entries(config.environment).map(assignmentOf('ENV', 'The variable')),
    ...Object.entries(config.labels).map(assignmentOf('LABEL', 'The label')),
    // In this order: whoever is the user then has the folder, which docker (BuildKit), podman and buildah make.
    `USER ${user}`,
    `WORKDIR ${workingFolder}`,
    ...ports.map((port) => `EXPOSE ${port}`),
    ...(healthcheck === undefined ? [] : [healthcheckOf(healthcheck)]),
    `STOPSIGNAL ${stopSignal}`,
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
    `CMD ${JSON.stringify(command)}`,
    '',
  ].join('\n')
}

function assignmentOf(keyword: string, what: string) {
  return ([name, value]: readonly [string, string]): string =>
    `${keyword} ${plainName(name, what)}=${quotedWord(value, `${what} ${name}`)}`
}

function healthcheckOf({ intervalMs, timeoutMs, startPeriodMs, retries, command }: Healthcheck): string {
  const times = `--interval=${intervalMs}ms --timeout=${timeoutMs}ms --start-period=${startPeriodMs}ms`
  return `HEALTHCHECK ${times} --retries=${retries} CMD ${JSON.stringify(command)}`
}

/** Nothing of the folder but what the Dockerfile copies is sent to whoever builds. */
export function dockerignoreText(trees: readonly string[]): string {
  return ['*', ...trees.map((tree) => `!${tree}`), ''].join('\n')
}
