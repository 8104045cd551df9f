/** `npm run docs`: writes deploy/kubernetes/base and deploy/kubernetes/batch, as `headrace deploy` would for any model. */

import { writeManifests } from '../src/cli/commands/deploy/write-manifests.ts'
import { batchManifests } from '../src/image/kubernetes/batch-job.ts'
import { GENERIC_BATCH, GENERIC_SERVER } from '../src/image/kubernetes/generic-workloads.ts'
import { serverManifests } from '../src/image/kubernetes/server-manifests.ts'

const folder = new URL('../deploy/kubernetes/', import.meta.url).pathname
await writeManifests(serverManifests(GENERIC_SERVER), `${folder}base/`)
await writeManifests(batchManifests(GENERIC_BATCH), `${folder}batch/`)
