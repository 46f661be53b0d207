using System.Globalization;
using Spectre.Console;

namespace ClusterCast.Node.Bench;

/// <summary>The report for people.</summary>
internal static class ChainBenchTable
{
    private const int FileWidth = 160;

    /// <summary>Writes a row an operation, and a line for every chain that failed.</summary>
    public static void Write(TextWriter output, ChainBenchReport report)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected)
        {
            console.Profile.Width = FileWidth;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn("chain");
        table.AddColumn("operation");
        foreach (var column in new[] { "gas, first", "gas", "p50 ms", "p95 ms", "tx/s", "gas/s", "L2 $", "L1 data $", "both $" })
        {
            table.AddColumn(new TableColumn(column) { Alignment = Justify.Right });
        }

        foreach (var chain in report.Chains)
        {
            foreach (var operation in chain.Operations)
            {
                table.AddRow(
                    Markup.Escape(chain.Prices is null or "node" ? $"{chain.ChainId}" : $"{chain.ChainId} as {chain.Prices}"),
                    Markup.Escape(operation.Name == "redeem" ? $"redeem {report.Tickets}" : operation.Name),
                    Number(operation.GasFirst), Number(operation.Gas), Number(operation.LatencyMs.P50), Number(operation.LatencyMs.P95),
                    Number(operation.TransactionsPerSecond), Number(operation.GasPerSecond), Usd(operation.ExecutionUsd), Usd(operation.L1DataUsd), Usd(operation.TotalUsd));
            }
        }

        if (table.Rows.Count > 0)
        {
            console.Write(table);
        }

        foreach (var chain in report.Chains.Where(chain => chain.Error is not null))
        {
            output.WriteLine($"{chain.Rpc} failed: {chain.Error}");
        }
    }

    private static string Number(double value) => value.ToString(value < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture);

    private static string Usd(decimal value) => value.ToString("0.00000000", CultureInfo.InvariantCulture);
}
