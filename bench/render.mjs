// Markdown of all benchmark results: our figure, each peer's, and the ratio.
const show = (value) => (value === null || value === undefined ? '-' : Number.isInteger(value) ? String(value) : Number(value.toPrecision(4)).toString());

function table({ metrics, peers }) {
  const names = Object.keys(peers);
  const header = ['metric', 'ClusterCast', ...names.flatMap((peer) => [peer, 'ratio'])];
  const rows = Object.entries(metrics).map(([metric, ours]) => [
    metric,
    show(ours),
    ...names.flatMap((peer) => {
      const theirs = peers[peer][metric];
      return [show(theirs), ours !== null && theirs ? show(ours / theirs) : '-'];
    }),
  ]);
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

// Single cases behind the figures: an object a row, the same fields in each.
function cases(rows) {
  if (!rows?.length) return '';
  const fields = Object.keys(rows[0]);
  const lines = rows.map((row) => fields.map((field) => (typeof row[field] === 'number' ? show(row[field]) : row[field] ?? '-')));
  return `\n\n${[fields, fields.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n')}`;
}

export function render(results) {
  const sections = results.map((result) => {
    const { cpu, cores, kernel, date, commit, ran } = result.context;
    return `## ${result.title}\n\n${result.about}\n\nRun it: \`make bench NAME=${result.name}\`\n\n${table(result)}${cases(result.rows)}\n\n${ran}. ${cpu}, ${cores} cores, Linux ${kernel}, ${date}, at ${commit}.\n`;
  });
  return `# Benchmarks\n\nMeasured figures, written by \`make bench\` from \`bench/results/*.json\`. A peer is measured in the same run on the same machine; a ratio is our figure divided by the peer's.\n\n${sections.join('\n')}`;
}
