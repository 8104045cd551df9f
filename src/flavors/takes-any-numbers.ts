import type { MlModel } from './mlmodel.ts'

/**
 * Whether numbers of any dtype are cast to those of a model's inputs. Without a signature MLflow gives a flavor what
 * NumPy made of a request, and its onnx flavor refuses whole numbers for float inputs. TF.js is no flavor of MLflow's:
 * its models take numbers as JavaScript has them.
 */
export function takesAnyNumbers({ flavor, signature }: Pick<MlModel, 'flavor' | 'signature'>): boolean {
  return flavor === 'tfjs' && signature === undefined
}
