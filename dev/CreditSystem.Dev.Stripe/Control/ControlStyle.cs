namespace CreditSystem.Dev.Stripe.Control;

internal static class ControlStyle
{
    internal const string Head = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Development payment provider</title>
        <style>
        :root { color-scheme: light dark; --line: #8884; --soft: #8881; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
        main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 0; }
        .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
        .card { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .75rem 0; }
        .card p { margin: .25rem 0 .5rem; }
        .part { border-top: 1px solid var(--line); margin-top: .6rem; padding-top: .6rem; }
        .state { background: var(--soft); border-radius: 1rem; padding: .1rem .6rem; font-size: .85rem; font-weight: 600; }
        .succeeded, .won, .warning_closed { color: #1a7f37; } .failed, .lost, .canceled, .needs_response, .bad { color: #cf222e; }
        .note { border-left: 4px solid #1a7f37; background: var(--soft); padding: .5rem .75rem; } .note.bad { border-color: #cf222e; }
        form { display: inline-flex; gap: .25rem; } input, select, button { font: inherit; padding: .2rem .5rem; }
        code { font-size: .85rem; overflow-wrap: anywhere; } .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: .3rem .5rem; border-top: 1px solid var(--line); }
        </style></head><body><main>
        <h1>Development payment provider</h1>
        <p>It speaks Stripe's API, and takes no money. Here is what payers, banks and Stripe itself would do.</p>
        """;
}
