using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ClusterCast.Node.Demo;

/// <summary>The live table in the terminal: one line a role.</summary>
internal static class DemoTable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Redraws until <paramref name="stop"/>. Without a terminal it prints nothing.</summary>
    public static async Task ShowAsync(DemoNetwork network, TimeProvider time, CancellationToken stop)
    {
        if (Console.IsOutputRedirected)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await AnsiConsole.Live(new Table()).StartAsync(async live =>
        {
            while (!stop.IsCancellationRequested)
            {
                var table = new Table { Border = TableBorder.Rounded };
                table.AddColumns("role", "state", "what it does");
                foreach (var role in network.Roles)
                {
                    var status = await network.StatusAsync(role, CancellationToken.None).ConfigureAwait(false);
                    table.AddRow(role.Name, role.IsRunning ? "[green]runs[/]" : "[red]ended[/]", Markup.Escape(Describe(status)));
                }

                live.UpdateTarget(table);
                await Task.Delay(Interval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }).ConfigureAwait(false);
    }

    private static string Describe(JsonObject? status) => status is null ? "-" : string.Join(", ", status
        .Where(entry => entry.Value is JsonValue && entry.Key is not ("role" or "node"))
        .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value}")));
}
