import { useState } from 'react'

const themes = ['auto', 'light', 'dark'] as const
type Theme = (typeof themes)[number]
const words: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' }
const key = 'plimsoll-theme'

/** The style sheet looks at which is checked. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(remembered)
  const choose = (chosen: Theme) => {
    setTheme(chosen)
    try {
      localStorage.setItem(key, chosen)
    } catch {
      // A browser that keeps nothing shows it until the page is left.
    }
  }
  return (
    <fieldset className="theme">
      <legend className="only-read">Theme</legend>
      {themes.map(one => (
        <label key={one}>
          <input type="radio" name="theme" id={`theme-${one}`} checked={theme === one} onChange={() => choose(one)} />
          {words[one]}
        </label>
      ))}
    </fieldset>
  )
}

function remembered(): Theme {
  try {
    return themes.find(one => one === localStorage.getItem(key)) ?? 'auto'
  } catch {
    return 'auto'
  }
}
