// Search, the choice of light or dark, and buttons to copy code. All else works without it.
(() => {
  const root = document.documentElement;
  const saved = localStorage.getItem('theme');
  if (saved) root.dataset.theme = saved;

  const terms = text => text.toLowerCase().split(/[^\p{L}\p{N}_-]+/u).filter(Boolean);

  // Each term has to be somewhere; a title counts more than a heading, and that more than what stands below it.
  const score = (entry, asked) => {
    let sum = 0;
    for (const term of asked) {
      const page = entry.page.toLowerCase(), heading = entry.heading.toLowerCase();
      const found = (heading === term ? 30 : heading.startsWith(term) ? 16 : heading.includes(term) ? 10 : 0)
        + (page === term ? 20 : page.includes(term) ? 6 : 0)
        + (` ${entry.words} `.includes(` ${term} `) ? 4 : entry.words.includes(term) ? 1 : 0);
      if (!found) return 0;
      sum += found;
    }
    return sum;
  };

  const makeSearch = () => {
    const box = document.querySelector('.search'), input = document.getElementById('site-query'), list = document.getElementById('site-results');
    let index, chosen = -1, shown = '';
    box.hidden = false;
    const load = () => index ??= fetch('/docs/search.json').then(answer => answer.ok ? answer.json() : Promise.reject(answer.status));
    const show = isShown => { list.hidden = !isShown; input.setAttribute('aria-expanded', isShown); };
    const choose = to => {
      const items = [...list.querySelectorAll('[role=option]')];
      if (!items.length) return;
      chosen = (to + items.length) % items.length;
      items.forEach((item, i) => item.setAttribute('aria-selected', i === chosen));
      items[chosen].scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', items[chosen].id);
    };
    const item = (entry, i) => {
      const row = document.createElement('li'), link = document.createElement('a'), title = document.createElement('b'), text = document.createElement('span');
      row.id = `result-${i}`;
      row.setAttribute('role', 'option');
      link.href = entry.url;
      title.textContent = entry.heading ? `${entry.heading} · ${entry.page}` : entry.page;
      text.textContent = entry.excerpt;
      link.append(title, text);
      row.append(link);
      return row;
    };
    const search = async () => {
      const query = input.value, asked = terms(query);
      if (!asked.length) { show(false); return; }
      let entries;
      try { entries = await load(); } catch { index = undefined; return; }
      const found = entries.map(entry => [score(entry, asked), entry]).filter(([points]) => points).sort((a, b) => b[0] - a[0]).slice(0, 12);
      list.replaceChildren(...found.map(([, entry], i) => item(entry, i)));
      if (!found.length) {
        const none = document.createElement('p');
        none.textContent = 'Nothing found.';
        list.append(none);
      }
      show(true);
      choose(0);
      shown = query;
    };
    // Who types fast means what has been typed, not what is listed yet.
    const open = async () => {
      if (shown !== input.value) await search();
      list.querySelector('[aria-selected=true] a')?.click();
    };
    input.addEventListener('focus', load);
    input.addEventListener('input', search);
    input.addEventListener('keydown', event => {
      if (event.key === 'ArrowDown') { choose(chosen + 1); event.preventDefault(); }
      else if (event.key === 'ArrowUp') { choose(chosen - 1); event.preventDefault(); }
      else if (event.key === 'Enter') open();
      else if (event.key === 'Escape') { show(false); input.blur(); }
    });
    list.addEventListener('click', () => show(false));
    document.addEventListener('click', event => { if (!box.contains(event.target)) show(false); });
    document.addEventListener('keydown', event => {
      if (event.key === '/' && !/input|textarea/i.test(document.activeElement.tagName)) { input.focus(); event.preventDefault(); }
    });
  };

  const makeTheme = () => {
    const button = document.getElementById('site-theme');
    button.hidden = false;
    button.addEventListener('click', () => {
      const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      root.dataset.theme = isDark ? 'light' : 'dark';
      localStorage.setItem('theme', root.dataset.theme);
    });
  };

  // Of a session only the commands.
  const textOf = code => {
    const commands = [...code.querySelectorAll('.command')];
    return commands.length ? commands.map(line => line.textContent).join('\n') : code.textContent;
  };

  const makeCopyButtons = () => {
    if (!navigator.clipboard) return;
    for (const block of document.querySelectorAll('.code')) {
      const button = document.createElement('button');
      button.className = 'copy';
      button.type = 'button';
      button.textContent = 'Copy';
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(textOf(block.querySelector('code')));
        button.textContent = 'Copied';
        setTimeout(() => button.textContent = 'Copy', 1500);
      });
      block.append(button);
    }
  };

  document.addEventListener('DOMContentLoaded', () => { makeSearch(); makeTheme(); makeCopyButtons(); });
})();
