/** Builds the viewer's pages into dist/web, where both a clone and the package look for them. */
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import { styleSheet } from '../src/study/report/page/style.ts'

const reportStyle = 'virtual:report.css'

/** The report's style sheet, so that viewer and report cannot come to look different. */
function report(): Plugin {
  return {
    name: 'report',
    enforce: 'pre',
    resolveId(source) {
      if (source === reportStyle) return `/@${reportStyle.replace(':', '/')}`
      return null
    },
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap(file => (file.type === 'chunk' ? Object.keys(file.modules) : []))
      // A browser has none of it, and Vite puts something empty in its place.
      const node = modules.filter(id => id.includes('browser-external'))
      if (node.length > 0) this.error(`The pages use modules of Node: ${node.join(', ')}`)
    },
    load: id => (id === `/@${reportStyle.replace(':', '/')}` ? styleSheet(0) : null),
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  plugins: [report()],
  build: {
    outDir: fileURLToPath(new URL('../dist/web', import.meta.url)),
    emptyOutDir: true,
    // Everything is a file of its own: the policy allows neither scripts nor styles inside of the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // The sources do nothing by being imported, so what the pages do not use of them, and what that imports, falls away.
      treeshake: { moduleSideEffects: id => !id.includes('/src/') || /\.css$|\/web\/src\/main\.tsx$/.test(id) },
      onLog(level, log, handler) {
        if (!log.message.includes('has been externalized for browser compatibility')) handler(level, log)
      },
    },
  },
})
