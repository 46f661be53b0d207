using Microsoft.Extensions.Logging;
namespace ClusterCast.Mesh.Tests;
internal sealed class TimeLog(string who) : ILoggerFactory, ILogger
{
    public void AddProvider(ILoggerProvider p) { }
    public ILogger CreateLogger(string c) => this;
    public void Dispose() { }
    public IDisposable? BeginScope<T>(T s) where T : notnull => null;
    public bool IsEnabled(LogLevel l) => true;
    public void Log<T>(LogLevel l, EventId e, T s, Exception? x, Func<T, Exception?, string> f) => Console.Error.WriteLine($"{DateTime.UtcNow:ss.fff} {who} {f(s, x)} {x}");
}
