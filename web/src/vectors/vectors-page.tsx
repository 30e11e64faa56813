import { Nothing } from '../shell/nothing.tsx'

export function VectorsPage() {
  return <Nothing />
}
