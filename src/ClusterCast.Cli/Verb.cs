using System.CommandLine;
using ClusterCast.Chain;
using ClusterCast.Media;
using ClusterCast.Mesh;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ClusterCast.Cli;

/// <summary>A flag and the configuration key that it sets.</summary>
/// <param name="Name">With dashes.</param>
/// <param name="Key">Key of the configuration.</param>
/// <param name="Help">For people.</param>
/// <param name="IsSwitch">Whether it takes no value.</param>
internal sealed record Flag(string Name, string Key, string Help, bool IsSwitch = false)
{
    /// <summary>Whether it may be given again for more values.</summary>
    public bool IsList { get; init; }
}

/// <summary>Turns a verb's flags into configuration and its failures into one sentence and an exit status.</summary>
internal static class Verb
{
    private static readonly Flag[] Common =
    [
        new("--data", "data", "Folder for keys, winners and caches"),
        new("--deployments", "deployments", "File with the contracts of the network"),
        new("--rpc", "rpc", "JSON-RPC address of a chain node"),
        new("--bootstrap", "bootstrap", "File with peers to start from"),
        new("--supervised", "supervised", "End when standard input ends", IsSwitch: true),
        new("--verbose", "verbose", "Log details", IsSwitch: true),
    ];

    /// <summary>A verb that runs a role.</summary>
    public static Command Create(string name, string description, IEnumerable<Flag> flags, Func<IRole> role) =>
        Create(name, description, flags, (context, stop) => role().RunAsync(context, stop));

    /// <summary>A verb that runs a function.</summary>
    public static Command Create(
        string name, string description, IEnumerable<Flag> flags, Func<RoleContext, CancellationToken, Task<ExitCode>> run, Argument<string>? argument = null)
    {
        var command = new Command(name, description);
        var config = new Option<string?>("--config") { Description = "Configuration file over the defaults (see: clustercast config)" };
        command.Options.Add(config);
        var options = new List<(Flag Flag, Option Option)>();
        var own = flags.ToArray();
        foreach (var flag in own.Concat(Common.ExceptBy(own.Select(flag => flag.Name), flag => flag.Name)))
        {
            Option option = flag.IsSwitch ? new Option<bool>(flag.Name) { Description = flag.Help }
                : flag.IsList ? new Option<string[]>(flag.Name) { Description = flag.Help }
                : new Option<string?>(flag.Name) { Description = flag.Help };
            command.Options.Add(option);
            options.Add((flag, option));
        }

        if (argument is not null)
        {
            command.Arguments.Add(argument);
        }

        command.SetAction(async (parsed, _) =>
        {
            var values = new Dictionary<string, string?>();
            foreach (var (flag, option) in options.Where(o => parsed.GetResult(o.Option) is { Implicit: false }))
            {
                if (option is Option<string[]> list)
                {
                    foreach (var (value, i) in (parsed.GetValue(list) ?? []).Select((value, i) => (value, i)))
                    {
                        values[$"{flag.Key}:{i}"] = value;
                    }
                }
                else
                {
                    values[flag.Key] = option is Option<bool> ? "true" : parsed.GetValue((Option<string?>)option);
                }
            }

            if (argument is not null)
            {
                values["argument"] = parsed.GetValue(argument);
            }

            return (int)await GuardAsync(parsed.GetValue(config), values, run).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<ExitCode> GuardAsync(string? file, Dictionary<string, string?> values, Func<RoleContext, CancellationToken, Task<ExitCode>> run)
    {
        try
        {
            var settings = Settings.Load(file, values);
            using var shutdown = new Shutdown(settings.Switch("supervised"));
            using var logs = LoggerFactory.Create(builder => builder
                .SetMinimumLevel(settings.Switch("verbose") ? LogLevel.Debug : LogLevel.Information)
                .AddFilter("Microsoft", LogLevel.Warning)
                // It logs the trace of a start that failed; the sentence on it follows anyway.
                .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                .AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.TimestampFormat = "HH:mm:ss.fff ";
                    console.ColorBehavior = LoggerColorBehavior.Disabled;
                }));
            return await run(new RoleContext(settings, logs, TimeProvider.System, Console.Out), shutdown.Token).ConfigureAwait(false);
        }
        catch (NodeException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (MediaException e)
        {
            return Fail(e.Message, e.Fault is MediaFault.FfmpegMissing or MediaFault.ListenFailed ? ExitCode.Unavailable : ExitCode.Data);
        }
        catch (Exception e) when (e is ChainException or MeshException)
        {
            return Fail(e.Message, ExitCode.Unavailable);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return Fail($"{e.Message} Name files and folders that are there and that you may write to.", ExitCode.Unavailable);
        }
        catch (Exception e)
        {
            return Fail($"This is a fault of clustercast itself ({e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}). Please report it.", ExitCode.Internal);
        }
    }

    private static ExitCode Fail(string sentence, ExitCode code)
    {
        Console.Error.WriteLine($"clustercast: {sentence}");
        return code;
    }
}
