using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Tests;

/// <summary>Keeps what is logged as an error or worse.</summary>
internal sealed class ErrorLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string> Errors { get; } = new();

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<T>(T state)
        where T : notnull => null;

    public bool IsEnabled(LogLevel level) => level >= LogLevel.Error;

    public void Log<T>(LogLevel level, EventId id, T state, Exception? exception, Func<T, Exception?, string> format)
    {
        if (level >= LogLevel.Error)
        {
            Errors.Enqueue($"{format(state, exception)} {exception}");
        }
    }
}
