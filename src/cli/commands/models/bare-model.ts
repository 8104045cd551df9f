import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { invalidParameter, ServingError } from '../../../core/errors.ts'
import type { PrepareOptions } from '../../../flavors/flavor.ts'
import type { MlModel } from '../../../flavors/mlmodel.ts'
import { readMlModel } from '../../../flavors/read-mlmodel.ts'
import type { BareModel } from '../../../registry-client/model-registration.ts'
import { describeModel } from './describe-model.ts'
import { readSignatureFile } from './signature-file.ts'

/** What is registered: a folder, and what describes it where it has no MLmodel file. */
export interface ModelToRegister {
  readonly path: string
  readonly bare: BareModel | undefined
}

/**
 * @param path of a model's folder, or of the model.json in a bare TF.js folder.
 * @param signatureFile path of the file whose signature a bare model gets, in the place of the one that it has itself.
 * @param prepare how the model is opened for it.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export async function modelToRegister(
  path: string,
  signatureFile: string | undefined,
  prepare: PrepareOptions,
): Promise<ModelToRegister> {
  const model = (await exists(join(path, 'MLmodel'))) ? undefined : await bareTfjsModel(path)
  if (model === undefined) {
    if (signatureFile === undefined) return { path, bare: undefined }
    throw invalidParameter(
      `--signature is for a TF.js model without an MLmodel file, which ${path} is not. Change the signature in the ` +
        'MLmodel file instead.',
    )
  }
  const signature = signatureFile === undefined ? undefined : await readSignatureFile(signatureFile)
  return {
    path: model.directory,
    bare: {
      distinction: signature === undefined ? undefined : JSON.stringify(signature),
      describe: () => describeModel(model, signature, prepare),
    },
  }
}

/** undefined where there is nothing like a model: what registers it says so. */
async function bareTfjsModel(path: string): Promise<MlModel | undefined> {
  try {
    const model = await readMlModel(path)
    return model.flavor === 'tfjs' ? model : undefined
  } catch (error) {
    if (error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}
