import { describeFamily } from './family.ts'

describeFamily('olmo2')
