// Light, dark, or as the system has it; kept in this browser.
import { Component, define } from '../../lib/component.js'
import { html, render } from '../../lib/html.js'
import { icons } from '../../lib/icons.js'

const THEMES = [['auto', 'As the system', icons.auto], ['light', 'Light', icons.sun], ['dark', 'Dark', icons.moon]]
const KEY = 'nodepilot.theme'

export const nextTheme = () => {
  const at = THEMES.findIndex(([name]) => name === (document.documentElement.dataset.theme ?? 'auto'))
  const [name] = THEMES[(at + 1) % THEMES.length]
  if (name === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = name
  localStorage.setItem(KEY, name)
  document.querySelectorAll('theme-switch').forEach((each) => each.update())
}

class ThemeSwitch extends Component {
  connected(signal) { this.addEventListener('click', nextTheme, { signal }) }

  update() {
    const [, word, icon] = THEMES.find(([name]) => name === (document.documentElement.dataset.theme ?? 'auto')) ?? THEMES[0]
    render(this, html`<button type="button" class="button quiet square small" aria-label="Theme: ${word}" title="Theme: ${word}">${icon}</button>`)
  }
}

define('theme-switch', ThemeSwitch)
