// Imports point downwards only: a folder may import itself and the folders named for it here.
const below = {
  native: [],
  engine: ['native'],
  gradient: ['engine', 'native'],
  store: ['data', 'judge', 'engine'],
  data: [],
  // Names → open models.
  models: ['engine'],
  steer: ['engine', 'gradient', 'data'],
  attack: ['data'],
  judge: ['engine', 'data'],
  measure: ['judge', 'attack', 'data', 'engine'],
  study: ['measure', 'judge', 'attack', 'steer', 'data', 'store', 'engine', 'models'],
  serve: ['study', 'measure', 'judge', 'steer', 'data', 'store', 'engine', 'models'],
  cli: ['serve', 'study', 'measure', 'judge', 'attack', 'steer', 'data', 'store', 'engine', 'models', 'native'],
}
/** Files at the root of src that everybody may use: errors and progress. */
const shared = '^src/(errors|progress|version|paths)\\.ts$'
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.test\\.ts$', '^src/index\\.ts$', 'child\\.ts$', 'worker\\.ts$'] }, to: {} },
    ...Object.entries(below).map(([folder, allowed]) => ({
      name: `${folder}-imports-downwards`,
      severity: 'error',
      from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: [`^src/(${[folder, ...allowed].join('|')})/`, shared] },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
