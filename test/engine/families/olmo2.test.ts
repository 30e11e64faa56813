import { describeFamily } from './family.ts'

describeFamily('olmo2', { has: ['embedding', 'residual', 'attention', 'mlp', 'head'] })
