using ClusterCast.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Hosting;

/// <summary>What every role is given.</summary>
/// <param name="Settings">Configuration with the flags applied.</param>
/// <param name="Logs">Log for people, on standard error.</param>
/// <param name="Time">The clock.</param>
/// <param name="Output">Standard output: the ready line of a role, the result of a command.</param>
public sealed record RoleContext(Settings Settings, ILoggerFactory Logs, TimeProvider Time, TextWriter Output)
{
    /// <summary>The same with one setting changed.</summary>
    public RoleContext With(string key, string value) => this with { Settings = Settings.With(key, value) };
}

/// <summary>A long-running role of the binary.</summary>
public interface IRole
{
    /// <summary>Runs until <paramref name="stop"/> is cancelled. Throws <see cref="NodeException"/> for what a user can act on.</summary>
    Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop);
}
