using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Node.Tests.Support;

internal static class Given
{
    /// <summary>Settings with these flags over the defaults.</summary>
    public static Settings Settings(params (string Key, string Value)[] flags) =>
        ClusterCast.Node.Configuration.Settings.Load(null, flags.ToDictionary(flag => flag.Key, flag => (string?)flag.Value));

    /// <summary>A context that writes into <paramref name="output"/>.</summary>
    public static RoleContext Context(Settings settings, TextWriter? output = null) =>
        new(settings, NullLoggerFactory.Instance, TimeProvider.System, output ?? TextWriter.Null);
}
