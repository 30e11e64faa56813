import { describeFamily } from './family.ts'

describeFamily('lfm2')
