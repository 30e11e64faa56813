import { describeFamily } from './family.ts'

describeFamily('phi3')
