import util from 'node:util'
import { invalidModel, messageOf } from '../../../core/errors.ts'
import { INSTALL_TFJS_NODE } from '../../tfjs-version.ts'
import type { Backend } from './backend.ts'
import { SwitchedBackend } from './switched-backend.ts'
import type { Tensorflow } from './tensorflow.ts'
import type { Turns } from './turns.ts'

/** Not in the source as a literal: it is not there unless its user installed it. */
const PACKAGE = '@tensorflow/tfjs-node'

/** TensorFlow's C library by `@tensorflow/tfjs-node`, an optional peer with a TF.js of its own. */
export async function startTfjsNode(turns: Turns): Promise<Backend> {
  restoreUtil()
  const tf = await importTfjsNode()
  return new SwitchedBackend(tf, turns, {
    name: 'tfjs-node',
    registeredName: 'tensorflow',
    growing: false,
    copiesData: false,
  })
}

async function importTfjsNode(): Promise<Tensorflow> {
  try {
    return (await import(PACKAGE)) as Tensorflow
  } catch (error) {
    if (isAbsent(error)) {
      throw invalidModel(`The engine tfjs-node needs the package ${PACKAGE}: ${INSTALL_TFJS_NODE}`, {
        cause: error,
      })
    }
    throw invalidModel(`${PACKAGE} is installed and cannot be loaded: ${messageOf(error)}`, { cause: error })
  }
}

/** The package itself, not something that it needs. */
function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${PACKAGE}'`)
  )
}

/** Two functions that tfjs-node 4.22 calls when it runs, one gone from Node 23 and one that warns whoever calls it. */
function restoreUtil(): void {
  const isNullOrUndefined = (value: unknown) => value === null || value === undefined
  Object.assign(util, { isNullOrUndefined, isArray: Array.isArray })
}
