// Plain old JavaScript on purpose: this file has to parse on the Node it complains about.
'use strict'
var fs = require('node:fs')
var path = require('node:path')
var root = path.join(__dirname, '..')
// A clone runs the sources, whose syntax Node 24 is the first to take as it is; a package runs what was built.
var clone = fs.existsSync(path.join(root, 'src'))
var needed = clone ? [24, 0] : [22, 13]
var parts = process.versions.node.split('.').map(Number)
var enough = parts[0] > needed[0] || (parts[0] === needed[0] && parts[1] >= needed[1])
if (!enough) {
  console.error(
    `Plimsoll needs Node ${needed.join('.')} or later here (this is ${process.versions.node}).\n${whatToDo()}`,
  )
  process.exit(1)
}

function whatToDo() {
  if (!clone) return 'Install a newer Node, or: npx -p node@24 -p plimsoll plimsoll demo'
  var installed = path.join(root, 'node_modules', 'node')
  if (!fs.existsSync(installed)) return 'Run `npm ci` once: it brings Node 24 with it, and `npm run …` uses it.'
  if (fs.existsSync(path.join(installed, 'bin'))) {
    return 'Start it with `npm run …`, or with node_modules/.bin/node: that is Node 24.'
  }
  return (
    'Install scripts are switched off, so `npm ci` could not fetch Node 24. Allow the one of the package `node`:\n' +
    '  npm rebuild node --ignore-scripts=false\n' +
    'Or install Node 24 yourself.'
  )
}
