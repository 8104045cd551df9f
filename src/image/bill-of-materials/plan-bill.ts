import { Readable } from 'node:stream'
import type { LayerPlan, PackageNote } from '../layer-plan.ts'
import { BILL_PATH, type BillSubject, billOfMaterials } from './cyclonedx.ts'

/** The layer with the bill of materials of all other layers. */
export function planBill(packages: readonly PackageNote[], subject: BillSubject): LayerPlan {
  const bill = Buffer.from(billOfMaterials(packages, subject))
  return {
    title: 'bill of materials',
    compression: 'gzip',
    entries: [
      {
        kind: 'file',
        path: BILL_PATH,
        mode: 0o644,
        size: bill.length,
        open: () => Readable.from([bill]),
      },
    ],
    packages: [],
  }
}
