namespace ClusterCast.Payments;

/// <summary>The file of winners cannot be opened, read or written. The message names cause and remedy in one sentence.</summary>
public sealed class WinnerStoreException(string message, Exception? inner = null) : Exception(message, inner);
