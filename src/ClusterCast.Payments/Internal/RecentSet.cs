namespace ClusterCast.Payments.Internal;

/// <summary>The newest <paramref name="capacity"/> keys with a value each; the oldest gives way. Not thread-safe.</summary>
internal sealed class RecentSet<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> _values = [];
    private readonly Queue<TKey> _order = new();

    public void Add(TKey key, TValue value)
    {
        if (!_values.TryAdd(key, value))
        {
            return;
        }

        _order.Enqueue(key);
        if (_order.Count > capacity)
        {
            _values.Remove(_order.Dequeue());
        }
    }

    public bool Contains(TKey key) => _values.ContainsKey(key);

    public bool TryGet(TKey key, out TValue value) => _values.TryGetValue(key, out value!);
}
