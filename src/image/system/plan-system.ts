import { NODE } from '../image-config-of.ts'
import type { LayerPlan } from '../layer-plan.ts'
import { baseIsNeeded, isPlatformOfHost } from './host.ts'
import { nodeProgram } from './node-program.ts'
import { planEngine } from './plan-engine.ts'
import { planHome, planLibraries } from './plan-libraries.ts'
import { planNode } from './plan-node.ts'
import type { SystemRequest } from './system-request.ts'

/**
 * The layers that Headrace's program stands on, the lowest first: shared libraries of this machine or, above a base image, the
 * home folder; Node; and onnxruntime where it runs the model.
 * @throws ServingError INVALID_PARAMETER_VALUE: there is no base, and this machine's libraries are not for the platform, or not
 * there; INVALID_STATE: what has to come from the npm registry does not
 */
export async function planSystem(request: SystemRequest): Promise<readonly LayerPlan[]> {
  const { platform, hasBase, engine } = request
  if (!hasBase && !isPlatformOfHost(platform)) throw baseIsNeeded(platform)
  const [node, onnxruntime] = await Promise.all([
    nodeProgram(request),
    engine === 'onnxruntime' ? planEngine(request) : undefined,
  ])
  const programs = [{ source: node.path, place: NODE }, ...(onnxruntime?.programs ?? [])]
  return Promise.all([
    hasBase ? planHome() : planLibraries(programs),
    planNode(node),
    ...(onnxruntime === undefined ? [] : [onnxruntime.layer]),
  ])
}
